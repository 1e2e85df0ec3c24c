# Builds for Linux on aarch64 (Graviton, Grace, Ampere) with Debian's cross compiler; tests run under
# qemu, if it is there.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
find_program(PENSTOCK_QEMU NAMES qemu-aarch64 qemu-aarch64-static)
if(PENSTOCK_QEMU)
  # Where Debian's libc6-arm64-cross is.
  set(CMAKE_CROSSCOMPILING_EMULATOR ${PENSTOCK_QEMU} -L /usr/aarch64-linux-gnu)
endif()
