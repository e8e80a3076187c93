//===- Plugin.cpp - What `clang-tidy -load` loads -------------------------===//
//
// clang-tidy goes on without a plugin it cannot load, says so in a line, and
// checks less than it was told; one of another version of LLVM it may load and
// crash in. So what it loads is this file, which uses nothing of LLVM: it asks
// the process which LLVM it is, loads RunnelTidyChecks-MAJOR.MINOR.so from the
// folder it lies in, and ends the process where there is none or where that
// does not fit.
//
//===----------------------------------------------------------------------===//

#include <climits>
#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <unistd.h>

[[noreturn]] static void leave(const char *What) {
  std::fprintf(stderr, "runnel: error: %s\n", What);
  std::fflush(stderr);
  ::_exit(2);
}

__attribute__((constructor)) static void loadChecks() {
  static char Text[2 * PATH_MAX];
  // A C function that LLVM has from version 16 on.
  void *Symbol = ::dlsym(RTLD_DEFAULT, "LLVMGetVersion");
  if (!Symbol)
    leave("RunnelTidyModule.so is built for LLVM " RUNNEL_LLVM
          "; the program that loads it is of an older LLVM");
  unsigned Major = 0, Minor = 0, Patch = 0;
  reinterpret_cast<void (*)(unsigned *, unsigned *, unsigned *)>(Symbol)(
      &Major, &Minor, &Patch);
  Dl_info Self;
  if (!::dladdr(reinterpret_cast<void *>(loadChecks), &Self) || !Self.dli_fname)
    leave("RunnelTidyModule.so does not know its folder");
  static char Path[PATH_MAX];
  const char *Slash = std::strrchr(Self.dli_fname, '/');
  const int Folder = Slash ? int(Slash + 1 - Self.dli_fname) : 0;
  std::snprintf(Path, sizeof Path, "%.*sRunnelTidyChecks-%u.%u.so", Folder,
                Self.dli_fname, Major, Minor);
  if (::access(Path, R_OK) != 0) {
    std::snprintf(Text, sizeof Text,
                  "RunnelTidyModule.so is built for LLVM " RUNNEL_LLVM
                  "; the program that loads it is of LLVM %u.%u.%u (there is "
                  "no %s)",
                  Major, Minor, Patch, Path);
    leave(Text);
  }
  if (!::dlopen(Path, RTLD_NOW | RTLD_GLOBAL))
    leave(::dlerror());
}
