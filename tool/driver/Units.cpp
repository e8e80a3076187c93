//===- Units.cpp - Which translation units a run is about -----------------===//

#include "tool/driver/Units.h"

#include "tool/driver/CompileDb.h"
#include "tool/driver/Flags.h"
#include "tool/driver/Paths.h"
#include "tool/driver/Scan.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <set>

namespace runnel::tool {

namespace path = llvm::sys::path;

std::string findResourceDir(llvm::StringRef Asked) {
  if (!Asked.empty())
    return absolutePath(Asked, currentDirectory());
  // Beside an installed binary, where CMake found it, where Debian and
  // LLVM's own packages put it.
  const std::string Version = std::to_string(LLVM_VERSION_MAJOR);
  std::string Exe = llvm::sys::fs::getMainExecutable(nullptr, nullptr);
  const std::string Candidates[] = {
      absolutePath("../lib/clang/" + Version, path::parent_path(Exe)),
      RUNNEL_RESOURCE_DIR,
      "/usr/lib/llvm-" + Version + "/lib/clang/" + Version,
      "/usr/lib/clang/" + Version,
      "/usr/lib64/clang/" + Version,
      "/usr/local/lib/clang/" + Version,
  };
  for (const std::string &C : Candidates)
    if (fileExists(C + "/include/stddef.h"))
      return C;
  return "";
}

namespace {
class Collector {
public:
  Collector(const UnitRequest &R, TidyConfigs &Configs)
      : R(R), Configs(Configs), Here(currentDirectory()) {}

  llvm::Expected<UnitList> run() {
    List.Notes.reserve(4);
    ResourceDir = findResourceDir(R.ResourceDir);
    if (ResourceDir.empty())
      List.Notes.push_back(
          "clang's own headers (lib/clang/" +
          std::to_string(LLVM_VERSION_MAJOR) +
          ") are nowhere to be found: <stddef.h> and others will be missing; "
          "name the folder with --resource-dir");
    std::vector<std::string> Sources;
    for (const std::string &P : R.Paths) {
      std::string Absolute = absolutePath(P, Here);
      if (!fileExists(Absolute) && !folderExists(Absolute))
        return llvm::createStringError("no such file or folder: " + P);
      if (path::extension(Absolute) == ".rir")
        List.Modules.push_back(Absolute);
      else
        Sources.push_back(Absolute);
    }
    std::vector<CompileCommand> Commands;
    std::string Hint;
    if (R.FlagsGiven) {
      if (Sources.empty())
        return llvm::createStringError(
            "flags after `--` need a file before it: runnel check a.cpp -- " +
            llvm::join(R.Flags, " "));
      llvm::Expected<std::vector<std::string>> Files = filesIn(Sources);
      if (!Files)
        return Files.takeError();
      commandsFromFlags(*Files, Commands);
    } else if (!Sources.empty() || List.Modules.empty()) {
      llvm::StringRef Start = Sources.empty() ? llvm::StringRef(Here)
                              : folderExists(Sources.front())
                                  ? llvm::StringRef(Sources.front())
                                  : path::parent_path(Sources.front());
      llvm::Expected<std::string> Db =
          findCompileDb(R.Database, Start, List.Notes);
      if (!Db)
        return Db.takeError();
      llvm::Expected<CompileDb> Read = readCompileDb(*Db);
      if (!Read)
        return Read.takeError();
      Hint = Read->SourceFolder;
      List.DatabaseFolder = path::parent_path(*Db).str();
      Commands = std::move(Read->Commands);
      if (Commands.empty())
        return llvm::createStringError(*Db + " lists no commands");
    }
    std::vector<std::string> Files;
    for (const CompileCommand &C : Commands)
      Files.push_back(C.File);
    List.Root = !R.Root.empty() ? absolutePath(R.Root, Here)
                : Files.empty() ? Here
                                : findRoot(Files, Hint);
    llvm::Expected<RunnelYaml> Config = loadRunnelYaml(List.Root);
    if (!Config)
      return Config.takeError();
    List.Config = std::move(*Config);
    if (llvm::Error E = addUnits(Commands))
      return std::move(E);
    List.Whole = R.WholeProgram || (!R.FlagsGiven && Sources.empty());
    if (!R.FlagsGiven && !Sources.empty())
      if (llvm::Error E = select(Sources))
        return std::move(E);
    return std::move(List);
  }

private:
  /// Folders stand for the sources below them, sorted; hidden ones left out.
  static llvm::Expected<std::vector<std::string>>
  filesIn(const std::vector<std::string> &Sources) {
    std::vector<std::string> Files;
    for (const std::string &S : Sources) {
      if (!folderExists(S)) {
        Files.push_back(S);
        continue;
      }
      std::vector<std::string> Found;
      std::error_code Error;
      for (llvm::sys::fs::recursive_directory_iterator I(S, Error), End;
           I != End && !Error; I.increment(Error)) {
        if (path::filename(I->path()).starts_with("."))
          I.no_push();
        else if (sourceKind(I->path()) == SourceKind::Cxx ||
                 sourceKind(I->path()) == SourceKind::C)
          Found.push_back(I->path());
      }
      if (Error)
        return llvm::createStringError(Error, "cannot read " + S);
      if (Found.empty())
        return llvm::createStringError("no C or C++ sources in " + S);
      llvm::sort(Found);
      Files.insert(Files.end(), Found.begin(), Found.end());
    }
    return Files;
  }

  void commandsFromFlags(const std::vector<std::string> &Sources,
                         std::vector<CompileCommand> &Commands) {
    // A whole compile command after `--` brings its compiler.
    std::vector<std::string> Flags = R.Flags;
    std::string Compiler = "clang++";
    if (!Flags.empty() && !llvm::StringRef(Flags.front()).starts_with("-")) {
      Compiler = Flags.front();
      Flags.erase(Flags.begin());
    }
    for (const std::string &S : Sources) {
      CompileCommand C{S, Here, {}};
      C.Args.push_back(Compiler == "clang++" && sourceKind(S) == SourceKind::C
                           ? "clang"
                           : Compiler);
      C.Args.insert(C.Args.end(), Flags.begin(), Flags.end());
      Commands.push_back(std::move(C));
    }
  }

  llvm::Error addUnits(const std::vector<CompileCommand> &Commands) {
    std::set<std::vector<std::string>> Known;
    std::set<std::string> Dropped, Notes;
    size_t Other = 0;
    for (const CompileCommand &C : Commands) {
      const std::string Spelled = spell(C.File, List.Root);
      if (List.Config.excludes(Spelled))
        continue;
      if (sourceKind(C.File) == SourceKind::Other) {
        ++Other;
        continue;
      }
      if (!fileExists(C.File)) {
        if (Reported.insert(C.File).second)
          List.Problems.push_back(
              {Spelled,
               "does not exist, though the compile database lists it",
               {"if the build generates it, build first"}});
        continue;
      }
      llvm::Expected<const TidyConfig *> Tidy =
          Configs.forFolder(path::parent_path(C.File));
      if (!Tidy)
        return Tidy.takeError();
      std::vector<std::string> Before = (*Tidy)->ExtraArgsBefore,
                               After = (*Tidy)->ExtraArgs;
      Before.insert(Before.end(), R.ExtraArgsBefore.begin(),
                    R.ExtraArgsBefore.end());
      After.insert(After.end(), R.ExtraArgs.begin(), R.ExtraArgs.end());
      AdjustedCommand A = adjustCommand(C, ResourceDir, Before, After);
      Dropped.insert(A.Dropped.begin(), A.Dropped.end());
      Notes.insert(A.Notes.begin(), A.Notes.end());
      // The same command for two outputs is one unit.
      std::vector<std::string> Identity = A.Args;
      Identity.push_back(C.Directory);
      if (!Known.insert(std::move(Identity)).second)
        continue;
      List.Units.push_back({C.File, Spelled, C.Directory, std::move(A.Args)});
    }
    if (!Dropped.empty())
      List.Notes.push_back(
          "flags that clang does not know were left out: " +
          llvm::join(std::vector<std::string>(Dropped.begin(), Dropped.end()),
                     " "));
    List.Notes.insert(List.Notes.end(), Notes.begin(), Notes.end());
    if (Other)
      List.Notes.push_back(std::to_string(Other) +
                           " entries of the compile database are neither C++ "
                           "nor C and were left out");
    llvm::sort(List.Units, [](const Unit &A, const Unit &B) {
      return std::tie(A.Spelled, A.Args, A.Directory) <
             std::tie(B.Spelled, B.Args, B.Directory);
    });
    llvm::sort(List.Problems, [](const Problem &A, const Problem &B) {
      return A.File < B.File;
    });
    return llvm::Error::success();
  }

  // Keeps the units that PATHS name: files, all below folders, and for a
  // header those that include it.
  llvm::Error select(const std::vector<std::string> &Sources) {
    List.Shown = Sources;
    std::vector<bool> Keep(List.Units.size(), false);
    std::vector<std::string> Rest;
    for (const std::string &S : Sources) {
      bool Any = false;
      for (size_t I = 0; I < List.Units.size(); ++I)
        if (isBelow(List.Units[I].File, S))
          Keep[I] = Any = true;
      if (!Any)
        Rest.push_back(S);
    }
    if (!Rest.empty()) {
      Scanner Scan(List.Root);
      for (const std::string &S : Rest) {
        bool Any = false;
        for (size_t I = 0; I < List.Units.size(); ++I)
          if (Scan.includes(List.Units[I], S))
            Keep[I] = Any = true;
        if (!Any && !Reported.count(S))
          return llvm::createStringError(
              "the compile database has no command for " + spell(S, List.Root) +
              (sourceKind(S) == SourceKind::Header
                   ? " and none for a file that includes it"
                   : "") +
              "\n  give its flags after `--`: runnel check " +
              relativeTo(S, Here) + " -- -std=c++20");
      }
    }
    std::vector<Unit> Kept;
    for (size_t I = 0; I < List.Units.size(); ++I)
      if (Keep[I])
        Kept.push_back(std::move(List.Units[I]));
    List.Units = std::move(Kept);
    llvm::erase_if(List.Problems, [&](const Problem &P) {
      return llvm::none_of(Sources, [&](const std::string &S) {
        return isBelow(unspell(P.File, List.Root), S);
      });
    });
    return llvm::Error::success();
  }

  const UnitRequest &R;
  TidyConfigs &Configs;
  const std::string Here;
  std::string ResourceDir;
  UnitList List;
  std::set<std::string> Reported;
};
} // namespace

llvm::Expected<UnitList> collectUnits(const UnitRequest &R,
                                      TidyConfigs &Configs) {
  return Collector(R, Configs).run();
}

} // namespace runnel::tool
