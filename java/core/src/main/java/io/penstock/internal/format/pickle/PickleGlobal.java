package io.penstock.internal.format.pickle;

/**
 * The few classes and functions in pickles that mean something here.
 *
 * <p>Names are only compared: nothing is imported, called or looked up. Every other name is OTHER,
 * even os.system.
 */
enum PickleGlobal {
  OTHER,
  /** numpy.core.multiarray._reconstruct: an array whose contents follow as its state. */
  RECONSTRUCT,
  /** numpy.ma.core._mareconstruct: a masked array, whose elements and mask follow as its state. */
  MASKED,
  /** numpy.core.numeric._frombuffer: an array over a buffer, protocol 5. */
  FROM_BUFFER,
  DTYPE,
  /** numpy.core.multiarray.scalar: one number, of a dtype and bytes. */
  SCALAR,
  /** _codecs.encode: bytes that Python 3 wrote as text, protocols 0 to 2. */
  ENCODE,
  /** Types of the package ml_dtypes, which NumPy does not know: raw bytes, by their size. */
  ONE_BYTE,
  TWO_BYTES,
  BYTES,
  BYTEARRAY,
  /** An object of protocols 0 and 1: class, base class, value of the base. */
  RECONSTRUCTOR,
  /** torch._utils._rebuild_tensor_v2: a view of a storage. */
  TENSOR,
  /** torch._utils._rebuild_tensor_v3: the same with a dtype. */
  TENSOR_OF_TYPE,
  /** torch._utils._rebuild_parameter: a tensor, and what is learned about it. */
  PARAMETER,
  /** torch._tensor._rebuild_from_type_v2: a tensor of a class of its own. */
  SUBCLASS,
  /** Functions of PyTorch that make tensors which are not dense. */
  OTHER_TENSOR,
  /** A class of storages, or a dtype of PyTorch: its name says which. */
  TORCH_TYPE,
  /** joblib: an array whose elements follow in the stream, between opcodes. */
  JOBLIB_ARRAY;

  /** Longest name that is read. */
  static final int MAX_BYTES = 64;

  /** The class of arrays in files of joblib. */
  static final String JOBLIB_CLASS = "NumpyArrayWrapper";

  static PickleGlobal of(String module, String name) {
    return switch (name) {
      case "_reconstruct" -> isNumpyCore(module, "multiarray") ? RECONSTRUCT : OTHER;
      case "_mareconstruct", "_mrreconstruct" ->
          module.equals("numpy.ma.core") || module.equals("numpy.ma.mrecords") ? MASKED : OTHER;
      case "_frombuffer" -> isNumpyCore(module, "numeric") ? FROM_BUFFER : OTHER;
      case "scalar" -> isNumpyCore(module, "multiarray") ? SCALAR : OTHER;
      case "dtype" -> module.equals("numpy") ? DTYPE : OTHER;
      case "encode" -> module.equals("_codecs") ? ENCODE : OTHER;
      case "bytes" -> isBuiltin(module) ? BYTES : OTHER;
      case "bytearray" -> isBuiltin(module) ? BYTEARRAY : OTHER;
      case "_reconstructor" ->
          module.equals("copyreg") || module.equals("copy_reg") ? RECONSTRUCTOR : OTHER;
      case JOBLIB_CLASS -> module.equals("joblib.numpy_pickle") ? JOBLIB_ARRAY : OTHER;
      case "bfloat16" -> isExtension(module) ? TWO_BYTES : torch(module, name);
      default -> isExtension(module) && name.startsWith("float8_") ? ONE_BYTE : torch(module, name);
    };
  }

  private static PickleGlobal torch(String module, String name) {
    return switch (module) {
      case "torch", "torch.storage", "torch.cuda" -> TORCH_TYPE;
      case "torch._tensor" -> name.equals("_rebuild_from_type_v2") ? SUBCLASS : OTHER;
      case "torch._utils" ->
          switch (name) {
            case "_rebuild_tensor_v2", "_rebuild_tensor" -> TENSOR;
            case "_rebuild_tensor_v3" -> TENSOR_OF_TYPE;
            case "_rebuild_parameter", "_rebuild_parameter_with_state" -> PARAMETER;
            default -> name.startsWith("_rebuild_") ? OTHER_TENSOR : OTHER;
          };
      default -> OTHER;
    };
  }

  private static boolean isExtension(String module) {
    return module.equals("ml_dtypes") || module.startsWith("ml_dtypes.");
  }

  /** numpy.core became numpy._core in NumPy 2; very old pickles say numpy.multiarray. */
  private static boolean isNumpyCore(String module, String rest) {
    return module.equals("numpy.core." + rest)
        || module.equals("numpy._core." + rest)
        || module.equals("numpy." + rest);
  }

  private static boolean isBuiltin(String module) {
    return module.equals("builtins") || module.equals("__builtin__");
  }
}
