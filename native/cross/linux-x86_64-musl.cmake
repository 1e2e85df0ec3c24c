# Builds for Linux on x86-64 with musl instead of glibc (Alpine), with Debian's musl-tools, whose
# compiler is the one of this machine. Tests run here: the package brings musl's loader.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER musl-gcc)
