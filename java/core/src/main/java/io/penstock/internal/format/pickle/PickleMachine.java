package io.penstock.internal.format.pickle;

import io.penstock.internal.format.pickle.PicklePath.Attribute;
import io.penstock.internal.format.pickle.PickleValue.Blob;
import io.penstock.internal.format.pickle.PickleValue.Form;
import io.penstock.internal.format.pickle.PickleValue.Global;
import io.penstock.internal.format.pickle.PickleValue.Integral;
import io.penstock.internal.format.pickle.PickleValue.Scalar;
import io.penstock.internal.format.pickle.PickleValue.Tuple;
import java.util.Arrays;

/**
 * Follows the opcodes of pickles as Python's unpickler does, but over a skeleton: containers,
 * names, and where arrays lie.
 *
 * <p>What it owns: what each opcode means. It must not call, import or build anything that a pickle
 * names: a call of anything but what NumPy's own pickles call becomes an object of which only its
 * arguments and items are known. Opcodes that Python would refuse for lack of values are errors
 * here too.
 */
final class PickleMachine {
  private static final int MEMO_WEIGHT = 24;

  private final PickleTokens tokens;
  private final PickleLimits limits;
  private final PickleNumpy numpy;
  private final PickleTorch torch;
  private final PickleStack stack;
  private PickleMemo memo;

  PickleMachine(PickleTokens tokens, PickleLimits limits, PickleStorages storages) {
    this.tokens = tokens;
    this.limits = limits;
    this.numpy = new PickleNumpy(tokens, limits);
    this.torch = new PickleTorch(tokens, limits, storages);
    this.stack = new PickleStack(tokens, limits);
  }

  /**
   * Runs one pickle from where the tokens are to its end. Returns the value that it is a pickle of.
   */
  PickleValue run() {
    memo = PickleMemo.of(tokens, limits);
    stack.clear();
    while (true) {
      tokens.next();
      limits.countToken(tokens);
      if (tokens.opcode() == '.') {
        return stack.pop();
      }
      step(tokens.opcode());
    }
  }

  private void step(int opcode) {
    switch (opcode) {
      case '(' -> stack.mark();
      case '0' -> stack.popOrUnmark();
      case '1' -> stack.popToMark();
      case '2' -> stack.push(shared(stack.top()));
      case 'N' -> stack.push(Scalar.NONE);
      case 'F', 'G', 'P', 0x82, 0x83, 0x84 -> stack.push(Scalar.OTHER);
      case 'Q' -> stack.push(torch.persistent(stack.pop()));
      case 'I', 'L' -> stack.push(decimal());
      case 'J', 'K', 'M' -> stack.push(Integral.of(tokens.number()));
      case 0x88 -> stack.push(Integral.of(1));
      case 0x89 -> stack.push(Integral.of(0));
      case 0x8a, 0x8b -> stack.push(integer());
      case 'S' -> stack.push(blob(Form.QUOTED));
      case 'V' -> stack.push(blob(Form.ESCAPED));
      case 'T', 'U', 'B', 'C', 0x8e, 0x96 -> stack.push(blob(Form.RAW));
      case 'X', 0x8c, 0x8d -> stack.push(blob(Form.TEXT));
      case 0x97 -> stack.push(new Blob(Form.ELSEWHERE, 0, 0));
      case 0x98, 0x95 -> checkArgument(opcode);
      case 0x80 -> checkProtocol();
      default -> stepMemo(opcode);
    }
  }

  private void stepMemo(int opcode) {
    switch (opcode) {
      case 'p', 'q', 'r' -> remember(tokens.number());
      case 0x94 -> remember(memo.nextNumber());
      case 'g', 'h', 'j' -> {
        PickleValue value = memo.get(tokens.number());
        if (value == null) {
          throw tokens.problem("expected a memo entry, found none of this number");
        }
        stack.push(value);
      }
      default -> stepContainer(opcode);
    }
  }

  private void stepContainer(int opcode) {
    switch (opcode) {
      case ')' -> stack.push(Tuple.EMPTY);
      case 0x85 -> tuple(stack.popMany(1));
      case 0x86 -> tuple(stack.popMany(2));
      case 0x87 -> tuple(stack.popMany(3));
      case 't' -> tuple(stack.popToMark());
      case ']' -> stack.push(PickleHolder.list());
      case '}', 0x8f -> stack.push(PickleHolder.dictionary());
      case 'l' -> {
        PickleValue[] items = stack.popToMark();
        stack.push(PickleHolder.list());
        appendAll(items);
      }
      case 'd' -> {
        PickleValue[] items = stack.popToMark();
        stack.push(PickleHolder.dictionary());
        putAll(items);
      }
      case 'a' -> appendAll(stack.popMany(1));
      case 'e' -> appendAll(stack.popToMark());
      case 's' -> putAll(stack.popMany(2));
      case 'u' -> putAll(stack.popToMark());
      case 0x90 -> {
        // Items of sets must be hashable, which arrays are not.
        stack.popToMark();
        stack.top();
      }
      case 0x91 -> {
        stack.popToMark();
        stack.push(Scalar.OTHER);
      }
      default -> stepObject(opcode);
    }
  }

  private void stepObject(int opcode) {
    switch (opcode) {
      case 'c' ->
          stack.push(
              global(
                  tokens.dataOffset(),
                  tokens.dataBytes(),
                  tokens.secondOffset(),
                  tokens.secondBytes()));
      case 0x93 -> {
        PickleValue[] names = stack.popMany(2);
        boolean isNamed = names[0] instanceof Blob && names[1] instanceof Blob;
        stack.push(isNamed ? global((Blob) names[0], (Blob) names[1]) : Global.OTHER);
      }
      case 'i' -> object(PickleGlobal.OTHER, Tuple.of(stack.popToMark()));
      case 'o' -> {
        PickleValue[] items = stack.popToMark();
        if (items.length == 0) {
          throw tokens.problem("expected a class to make an object of, found none");
        }
        object(PickleGlobal.OTHER, Tuple.of(Arrays.copyOfRange(items, 1, items.length)));
      }
      case 'R', 0x81 -> {
        PickleValue[] call = stack.popMany(2);
        call(call[0], call[1]);
      }
      case 0x92 -> {
        PickleValue[] call = stack.popMany(3);
        call(call[0], call[1]);
        build(call[2]);
      }
      case 'b' -> build(stack.pop());
      default -> throw tokens.problem("expected an opcode that is known, found " + opcode);
    }
  }

  private void call(PickleValue function, PickleValue arguments) {
    Global global = function instanceof Global given ? given : Global.OTHER;
    PickleGlobal known = global.known();
    Tuple tuple = arguments instanceof Tuple given ? given : Tuple.of(arguments);
    PickleValue ofNumpy = numpy.call(known, tuple);
    PickleValue made = ofNumpy != null ? ofNumpy : torch.call(global, tuple);
    if (made != null) {
      stack.push(made);
    } else if (known == PickleGlobal.RECONSTRUCTOR
        && tuple.size() == 3
        && tuple.get(2) instanceof PickleHolder base) {
      stack.push(base);
    } else {
      object(known, tuple);
    }
  }

  /** An object of which only the arguments of its construction are known. */
  private void object(PickleGlobal made, Tuple arguments) {
    PickleHolder object = PickleHolder.object(made);
    stack.push(object);
    limits.countWork(arguments.size(), tokens);
    for (int i = 0; i < arguments.size(); i++) {
      append(object, arguments.get(i));
    }
  }

  private void build(PickleValue state) {
    PickleValue object = stack.top();
    if (!(object instanceof PickleHolder holder)) {
      numpy.build(object, state);
      return;
    }
    if (holder.made() == PickleGlobal.MASKED && state instanceof Tuple tuple) {
      numpy.masked(tuple).forEach((name, array) -> put(holder, new Attribute(name), array));
      return;
    }
    addState(holder, state);
    if (holder.made() == PickleGlobal.JOBLIB_ARRAY && memo.isAll()) {
      stack.pop();
      stack.push(numpy.joblib(holder));
    }
  }

  /** Attributes of an object: a dictionary, or a tuple of those with and without slots. */
  private void addState(PickleHolder object, PickleValue state) {
    if (state.equals(object)) {
      return; // Its attributes are its items: self.__dict__ = self.
    }
    if (state instanceof PickleHolder attributes) {
      int count = attributes.size();
      limits.countWork(count, tokens);
      for (int place = 0; place < count; place++) {
        Object label = attributes.label(place);
        boolean isName = label instanceof String;
        put(object, isName ? new Attribute((String) label) : label, attributes.item(place));
      }
    } else if (state instanceof Tuple tuple && tuple.isKept()) {
      limits.countWork(tuple.size(), tokens);
      for (int i = 0; i < tuple.size(); i++) {
        if (tuple.get(i) instanceof PickleHolder attributes) {
          addState(object, attributes);
        } else if (tuple.get(i).isKept()) {
          put(object, (long) i, tuple.get(i));
        }
      }
    }
  }

  private void appendAll(PickleValue[] items) {
    if (stack.top() instanceof PickleHolder holder) {
      for (PickleValue item : items) {
        append(holder, item);
      }
    }
  }

  /** Adds an item to a list, within the limits. */
  void append(PickleHolder holder, PickleValue item) {
    if (item.isKept()) {
      limits.hold(PickleHolder.ITEM_WEIGHT + item.weight(), tokens);
    }
    holder.append(item);
  }

  private void putAll(PickleValue[] items) {
    if (items.length % 2 != 0) {
      throw tokens.problem("expected as many values as keys, found one key more");
    }
    if (!(stack.top() instanceof PickleHolder holder)) {
      return;
    }
    for (int i = 0; i < items.length; i += 2) {
      boolean isKept = items[i + 1].isKept();
      if (!isKept && !memo.isAll()) {
        holder.skip();
        continue;
      }
      Object label = label(holder, items[i]);
      if (isKept || (label instanceof String key && PickleNumpy.isJoblibAttribute(key))) {
        put(holder, label, items[i + 1]);
      } else {
        holder.skip();
      }
    }
  }

  private void put(PickleHolder holder, Object label, PickleValue item) {
    long labelWeight =
        switch (label) {
          case String key -> 48 + 2L * key.length();
          case Attribute attribute -> 64 + 2L * attribute.name().length();
          default -> 24;
        };
    limits.hold(PickleHolder.ITEM_WEIGHT + labelWeight + item.weight(), tokens);
    holder.put(label, item);
  }

  /** The name of the value of a key; a value whose key cannot be a name is named by its place. */
  private Object label(PickleHolder holder, PickleValue key) {
    return switch (key) {
      case Integral number -> (Object) number.value();
      case Blob blob -> PickleText.of(blob, tokens).orElse("{" + holder.nextNumber() + "}");
      default -> "{" + holder.nextNumber() + "}";
    };
  }

  private void tuple(PickleValue[] items) {
    Tuple tuple = Tuple.of(items);
    if (tuple.depth() > Tuple.MAX_DEPTH) {
      throw tokens.tooMuch("more than " + Tuple.MAX_DEPTH + " levels of tuples");
    }
    stack.push(tuple);
  }

  private Blob blob(Form form) {
    return new Blob(form, tokens.dataOffset(), tokens.dataBytes());
  }

  private Global global(Blob module, Blob name) {
    return global(module.offset(), module.length(), name.offset(), name.length());
  }

  private Global global(long moduleOffset, long moduleBytes, long nameOffset, long nameBytes) {
    if (moduleBytes > PickleGlobal.MAX_BYTES || nameBytes > PickleGlobal.MAX_BYTES) {
      return Global.OTHER;
    }
    String module = PickleText.latin(tokens.bytes(moduleOffset, moduleBytes));
    String name = PickleText.latin(tokens.bytes(nameOffset, nameBytes));
    PickleGlobal known = PickleGlobal.of(module, name);
    return switch (known) {
      case TORCH_TYPE, OTHER_TENSOR -> new Global(known, name);
      default -> new Global(known, "");
    };
  }

  /** A number on a line: "12", "12L", and "01" for True. Numbers beyond 64 bits are not needed. */
  private PickleValue decimal() {
    if (tokens.dataBytes() > 20) {
      return Scalar.OTHER;
    }
    String text = PickleText.latin(tokens.bytes(tokens.dataOffset(), tokens.dataBytes())).strip();
    try {
      return Integral.of(Long.parseLong(text.endsWith("L") ? text.replace("L", "") : text));
    } catch (NumberFormatException _) {
      return Scalar.OTHER;
    }
  }

  /** Two's complement, little-endian. */
  private PickleValue integer() {
    if (tokens.dataBytes() > Long.BYTES) {
      return Scalar.OTHER;
    }
    byte[] bytes = tokens.bytes(tokens.dataOffset(), tokens.dataBytes());
    long value = bytes.length > 0 && bytes[bytes.length - 1] < 0 ? -1 : 0;
    for (int i = bytes.length - 1; i >= 0; i--) {
      value = value << 8 | (bytes[i] & 0xff);
    }
    return Integral.of(value);
  }

  private void checkProtocol() {
    if (tokens.number() > PickleTokens.NEWEST_PROTOCOL) {
      throw tokens.problem(
          "expected protocol 0 to %d, found %d: it is damaged, or newer than this reader"
              .formatted(PickleTokens.NEWEST_PROTOCOL, tokens.number()));
    }
  }

  /** A frame must be in the file; a buffer that is made read-only must be on the stack. */
  private void checkArgument(int opcode) {
    if (opcode == 0x98) {
      stack.top();
    } else if (tokens.number() < 0 || tokens.number() > tokens.remaining()) {
      throw tokens.problem("expected a frame that ends in the file, found one that does not");
    }
  }

  private void remember(long number) {
    PickleValue value = stack.top();
    if (memo.put(number, value, tokens)) {
      limits.hold(MEMO_WEIGHT + value.weight(), tokens);
      shared(value);
    }
  }

  private static PickleValue shared(PickleValue value) {
    if (value instanceof PickleHolder holder) {
      holder.share();
    }
    return value;
  }
}
