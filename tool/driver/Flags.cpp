//===- Flags.cpp - A project's compile command, made one for clang --------===//

#include "tool/driver/Flags.h"

#include "tool/driver/Paths.h"

#include "clang/Options/Options.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Option/ArgList.h"
#include "llvm/Option/OptTable.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/StringSaver.h"
#include "llvm/TargetParser/Triple.h"

namespace runnel::tool {

namespace path = llvm::sys::path;
namespace opts = clang::options;

SourceKind sourceKind(llvm::StringRef File) {
  return llvm::StringSwitch<SourceKind>(path::extension(File))
      .Cases({".cpp", ".cc", ".cxx", ".c++", ".C", ".CPP", ".cp", ".cppm",
              ".ixx", ".cu", ".mm"},
             SourceKind::Cxx)
      .Case(".c", SourceKind::C)
      .Cases({".h", ".hpp", ".hh", ".hxx", ".h++", ".H", ".inl", ".ipp", ".tpp",
              ".tcc"},
             SourceKind::Header)
      .Default(SourceKind::Other);
}

namespace {
class Adjuster {
public:
  Adjuster(const CompileCommand &C, AdjustedCommand &Out) : C(C), Out(Out) {}

  void run(llvm::StringRef ResourceDir, const std::vector<std::string> &Before,
           const std::vector<std::string> &After) {
    std::vector<std::string> Words = C.Args;
    stripLauncher(Words);
    const std::string Compiler = Words.front();
    Words.erase(Words.begin());
    expandResponseFiles(Words, 0);

    llvm::StringRef Name = path::filename(Compiler);
    Name.consume_back(".exe");
    const bool Msvc = Name.equals_insensitive("cl") || Name == "clang-cl";
    // The name of the compiler says the language where the file's does not.
    const bool Cxx = Name.contains("++") || Name.starts_with("icpc") ||
                     Name.starts_with("icpx") || Name.starts_with("nvcc");
    std::vector<std::string> &A = Out.Args;
    A = {driverPath(Compiler, ResourceDir), Msvc  ? "--driver-mode=cl"
                                            : Cxx ? "--driver-mode=g++"
                                                  : "--driver-mode=gcc"};
    addTarget(Name);
    addToolchain(Compiler, Name);
    A.insert(A.end(), Before.begin(), Before.end());
    dropClangPch(Words);
    copyKnown(Words, Msvc);
    A.insert(A.end(), After.begin(), After.end());
    A.push_back("-w"); // the project's warnings are its compiler's business
    A.push_back("-fsyntax-only");
    if (!ResourceDir.empty())
      A.push_back(("-resource-dir=" + ResourceDir).str());
    // A header in the list is checked as the C++ it is, unless told otherwise.
    if (sourceKind(C.File) == SourceKind::Header &&
        !llvm::is_contained(A, "-x"))
      A.insert(A.end(), {"-x", "c++"});
    A.push_back("--");
    A.push_back(C.File);
  }

private:
  // `ccache g++ …`, `env CCACHE_DIR=… ccache g++ …`, `nice -n 5 g++ …`.
  static void stripLauncher(std::vector<std::string> &Words) {
    auto IsLauncher = [](llvm::StringRef W) {
      return llvm::StringSwitch<bool>(path::stem(W))
          .Cases({"ccache", "sccache", "distcc", "icecc", "gomacc", "rewrapper",
                  "buildcache", "env", "nice", "ionice", "time"},
                 true)
          .Default(false);
    };
    while (Words.size() > 1 && IsLauncher(Words.front())) {
      size_t Skip = 1;
      while (
          Skip + 1 < Words.size() &&
          (llvm::StringRef(Words[Skip]).starts_with("-") ||
           llvm::StringRef(Words[Skip]).contains('=') ||
           llvm::all_of(Words[Skip], [](char C) { return llvm::isDigit(C); })))
        ++Skip;
      Words.erase(Words.begin(), Words.begin() + Skip);
    }
  }

  // The driver finds headers from where it lies: beside a clang of the
  // project's own (its libc++), else beside the clang whose builtin headers we
  // have. A bare name would make it start at `/`.
  std::string driverPath(llvm::StringRef Compiler,
                         llvm::StringRef ResourceDir) const {
    if (Compiler.contains('/') && path::filename(Compiler).contains("clang")) {
      std::string Own = absolutePath(Compiler, C.Directory);
      if (fileExists(Own))
        return Own;
    }
    llvm::StringRef Prefix = ResourceDir; // PREFIX/lib/clang/22
    for (int Up = 0; Up < 3; ++Up)
      Prefix = path::parent_path(Prefix);
    return Prefix.empty() ? "clang" : (Prefix + "/bin/clang").str();
  }

  // /opt/gcc-13/bin/g++ brings its own headers.
  void addToolchain(llvm::StringRef Compiler, llvm::StringRef Name) {
    if (!Compiler.contains('/') || Name.contains("clang") ||
        !(Name.contains("gcc") || Name.contains("g++")))
      return;
    const std::string Own = absolutePath(Compiler, C.Directory);
    const llvm::StringRef Prefix = path::parent_path(path::parent_path(Own));
    if (Prefix.empty() || Prefix == "/" || Prefix == "/usr" || !fileExists(Own))
      return;
    for (const char *Lib : {"/lib/gcc", "/lib64/gcc"})
      if (folderExists((Prefix + Lib).str())) {
        Out.Args.push_back(("--gcc-toolchain=" + Prefix).str());
        return;
      }
  }

  void expandResponseFiles(std::vector<std::string> &Words, unsigned Depth) {
    std::vector<std::string> Result;
    for (const std::string &W : Words) {
      if (W.size() < 2 || W[0] != '@') {
        Result.push_back(W);
        continue;
      }
      const std::string File =
          absolutePath(llvm::StringRef(W).drop_front(), C.Directory);
      auto Buffer = llvm::MemoryBuffer::getFile(File);
      if (!Buffer || Depth > 16) {
        Out.Notes.push_back("response file " + File + ": " +
                            (Buffer ? "files that name each other"
                                    : Buffer.getError().message()) +
                            ", left out");
        continue;
      }
      llvm::BumpPtrAllocator Alloc;
      llvm::StringSaver Saver(Alloc);
      llvm::SmallVector<const char *> Tokens;
      llvm::cl::TokenizeGNUCommandLine((*Buffer)->getBuffer(), Saver, Tokens);
      std::vector<std::string> Inner(Tokens.begin(), Tokens.end());
      expandResponseFiles(Inner, Depth + 1);
      Result.insert(Result.end(), Inner.begin(), Inner.end());
    }
    Words = std::move(Result);
  }

  // aarch64-linux-gnu-g++-12: the prefix is the target, where it is one.
  void addTarget(llvm::StringRef Name) {
    llvm::StringRef Prefix = Name;
    for (llvm::StringRef Tool :
         {"g++", "gcc", "clang++", "clang", "c++", "cc"}) {
      size_t At = Name.rfind(("-" + Tool).str());
      if (At == llvm::StringRef::npos)
        continue;
      Prefix = Name.take_front(At);
      llvm::Triple T(llvm::Triple::normalize(Prefix));
      if (T.getArch() != llvm::Triple::UnknownArch)
        Out.Args.push_back("--target=" + Prefix.str());
      return;
    }
  }

  // CMake's `-Xclang -include-pch -Xclang x.pch`: made by another compiler.
  // The header itself follows, as `-Xclang -include -Xclang x`.
  static void dropClangPch(std::vector<std::string> &Words) {
    for (size_t I = 0; I < Words.size();) {
      if (Words[I] == "-Xclang" && I + 1 < Words.size()) {
        llvm::StringRef What = Words[I + 1];
        const bool Takes = What == "-include-pch" || What == "-load" ||
                           What == "-add-plugin" || What == "-plugin" ||
                           What == "-emit-pch";
        if (Takes) {
          const size_t End = std::min(
              I + (What == "-emit-pch" ? size_t(2) : size_t(4)), Words.size());
          Words.erase(Words.begin() + I, Words.begin() + End);
          continue;
        }
      }
      if (Words[I] == "-include-pch" && I + 1 < Words.size()) {
        Words.erase(Words.begin() + I, Words.begin() + I + 2);
        continue;
      }
      ++I;
    }
  }

  bool isOwnInput(llvm::StringRef Text) const {
    return absolutePath(Text, C.Directory) == C.File;
  }

  void copyKnown(const std::vector<std::string> &Words, bool Msvc) {
    std::vector<const char *> Raw;
    for (const std::string &W : Words)
      Raw.push_back(W.c_str());
    unsigned MissingIndex = 0, MissingCount = 0;
    llvm::opt::InputArgList List = clang::getDriverOptTable().ParseArgs(
        Raw, MissingIndex, MissingCount,
        llvm::opt::Visibility(Msvc ? opts::CLOption : opts::ClangOption));
    if (MissingCount)
      Out.Notes.push_back(std::string("'") + List.getArgString(MissingIndex) +
                          "' lacks its value, left out");
    for (const llvm::opt::Arg *A : List) {
      const llvm::opt::Option &O = A->getOption();
      if (O.matches(opts::OPT_UNKNOWN)) {
        Out.Dropped.push_back(A->getAsString(List));
        continue;
      }
      if (O.matches(opts::OPT_INPUT)) {
        // The file itself is put at the end; a library or a second source has
        // no part in parsing this one.
        continue;
      }
      if (irrelevant(*A))
        continue;
      llvm::opt::ArgStringList Rendered;
      A->render(List, Rendered);
      for (const char *R : Rendered)
        Out.Args.push_back(R);
    }
  }

  static bool irrelevant(const llvm::opt::Arg &A) {
    const llvm::opt::Option &O = A.getOption();
    for (unsigned Group : {opts::OPT_M_Group, opts::OPT_W_Group,
                           opts::OPT_g_Group, opts::OPT_Link_Group,
                           opts::OPT_clang_ignored_gcc_optimization_f_Group,
                           opts::OPT_pedantic_Group})
      if (O.matches(Group))
        return true;
    for (unsigned Id : {opts::OPT_c,
                        opts::OPT_S,
                        opts::OPT_E,
                        opts::OPT_o,
                        opts::OPT_pipe,
                        opts::OPT_fsyntax_only,
                        opts::OPT__DASH_DASH,
                        opts::OPT_save_temps,
                        opts::OPT_save_temps_EQ,
                        opts::OPT_fplugin_EQ,
                        opts::OPT_emit_llvm,
                        opts::OPT_resource_dir,
                        opts::OPT_resource_dir_EQ,
                        opts::OPT_fcolor_diagnostics,
                        opts::OPT_fno_color_diagnostics,
                        opts::OPT_fdiagnostics_color_EQ,
                        opts::OPT_fprofile_use,
                        opts::OPT_fprofile_use_EQ,
                        opts::OPT_fprofile_instr_use,
                        opts::OPT_fprofile_instr_use_EQ,
                        opts::OPT__serialize_diags})
      if (O.matches(Id))
        return true;
    return false;
  }

  const CompileCommand &C;
  AdjustedCommand &Out;
};
} // namespace

AdjustedCommand adjustCommand(const CompileCommand &C,
                              llvm::StringRef ResourceDir,
                              const std::vector<std::string> &Before,
                              const std::vector<std::string> &After) {
  AdjustedCommand Out;
  Adjuster(C, Out).run(ResourceDir, Before, After);
  return Out;
}

} // namespace runnel::tool
