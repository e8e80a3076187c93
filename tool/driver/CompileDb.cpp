//===- CompileDb.cpp - Finding and reading a compile database -------------===//

#include "tool/driver/CompileDb.h"

#include "tool/driver/Paths.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/StringSaver.h"

#include <map>

namespace runnel::tool {

namespace path = llvm::sys::path;
namespace fs = llvm::sys::fs;
namespace json = llvm::json;

static constexpr const char *DbName = "compile_commands.json";

static std::string join(llvm::StringRef A, llvm::StringRef B) {
  llvm::SmallString<256> P(A);
  path::append(P, B);
  return P.str().str();
}

static std::vector<std::string> subfolders(llvm::StringRef Folder) {
  std::vector<std::string> Result;
  std::error_code EC;
  for (fs::directory_iterator It(Folder, EC), End; It != End && !EC;
       It.increment(EC))
    if (fs::is_directory(It->path()))
      Result.push_back(It->path());
  llvm::sort(Result);
  return Result;
}

// CMake presets: the binaryDir of every configure preset, inherited where a
// preset has none of its own.
namespace {
class Presets {
public:
  explicit Presets(llvm::StringRef Folder) : Folder(Folder) {
    for (const char *File : {"CMakePresets.json", "CMakeUserPresets.json"})
      read(join(Folder, File));
  }

  std::vector<std::string> binaryFolders() const {
    std::vector<std::string> Result;
    for (const auto &[Name, P] : ByName) {
      std::string Dir = binaryDir(Name, 0);
      if (!Dir.empty())
        Result.push_back(absolutePath(expand(Dir, Name), Folder));
    }
    return Result;
  }

private:
  struct Preset {
    std::string BinaryDir;
    std::vector<std::string> Inherits;
  };

  void read(const std::string &File) {
    auto Buffer = llvm::MemoryBuffer::getFile(File);
    if (!Buffer)
      return;
    llvm::Expected<json::Value> V = json::parse((*Buffer)->getBuffer());
    if (!V) {
      llvm::consumeError(V.takeError());
      return;
    }
    const json::Object *O = V->getAsObject();
    const json::Array *List = O ? O->getArray("configurePresets") : nullptr;
    if (!List)
      return;
    for (const json::Value &Item : *List) {
      const json::Object *P = Item.getAsObject();
      if (!P || !P->getString("name"))
        continue;
      Preset &New = ByName[P->getString("name")->str()];
      if (auto Dir = P->getString("binaryDir"))
        New.BinaryDir = Dir->str();
      if (auto One = P->getString("inherits"))
        New.Inherits.push_back(One->str());
      if (const json::Array *Many = P->getArray("inherits"))
        for (const json::Value &Parent : *Many)
          if (auto S = Parent.getAsString())
            New.Inherits.push_back(S->str());
    }
  }

  std::string binaryDir(const std::string &Name, unsigned Depth) const {
    auto It = ByName.find(Name);
    if (It == ByName.end() || Depth > 32)
      return "";
    if (!It->second.BinaryDir.empty())
      return It->second.BinaryDir;
    for (const std::string &Parent : It->second.Inherits)
      if (std::string Dir = binaryDir(Parent, Depth + 1); !Dir.empty())
        return Dir;
    return "";
  }

  std::string expand(std::string Text, const std::string &Name) const {
    const std::pair<const char *, std::string> Macros[] = {
        {"${sourceDir}", Folder},
        {"${sourceParentDir}", path::parent_path(Folder).str()},
        {"${sourceDirName}", path::filename(Folder).str()},
        {"${presetName}", Name},
        {"${hostSystemName}", "Linux"},
        {"${dollar}", "$"}};
    for (const auto &[Macro, Value] : Macros)
      for (size_t At; (At = Text.find(Macro)) != std::string::npos;)
        Text.replace(At, llvm::StringRef(Macro).size(), Value);
    return Text;
  }

  std::string Folder;
  std::map<std::string, Preset> ByName;
};
} // namespace

static bool looksLikeBuildFolder(llvm::StringRef Name) {
  return Name.starts_with_insensitive("build") ||
         Name.ends_with_insensitive("build") ||
         Name.starts_with_insensitive("out") ||
         Name.starts_with_insensitive("cmake-build") ||
         Name.equals_insensitive("bin") || Name == ".build" ||
         Name.starts_with("obj");
}

static void collectAt(llvm::StringRef Folder, std::vector<std::string> &Found) {
  auto Try = [&](llvm::StringRef F) {
    std::string P = join(F, DbName);
    if (fileExists(P) && !llvm::is_contained(Found, P))
      Found.push_back(P);
  };
  Try(Folder);
  for (const std::string &Sub : subfolders(Folder)) {
    if (!looksLikeBuildFolder(path::filename(Sub)))
      continue;
    Try(Sub);
    // build/<preset>, out/Release, build/x64/Debug is rare enough to need -p.
    for (const std::string &Deeper : subfolders(Sub))
      Try(Deeper);
  }
  for (const std::string &F : Presets(Folder).binaryFolders())
    Try(F);
}

static llvm::Error noDatabase(llvm::StringRef Where, bool Asked) {
  std::string Text = Asked ? ("no compile_commands.json in " + Where).str()
                           : ("no compile_commands.json in " + Where +
                              ", its build folders, or those above it")
                                 .str();
  return llvm::createStringError(
      Text +
      "\n  Runnel needs the commands your project is compiled with:\n"
      "    CMake:      cmake -B build -DCMAKE_EXPORT_COMPILE_COMMANDS=ON\n"
      "    Meson:      meson setup build            (always writes one)\n"
      "    Make, …:    bear -- make                 (package bear)\n"
      "    Ninja:      ninja -C build -t compdb > compile_commands.json\n"
      "  then: runnel check -p build\n"
      "  or check one file with its flags: runnel check a.cpp -- -std=c++20 "
      "-Iinclude");
}

llvm::Expected<std::string> findCompileDb(llvm::StringRef Asked,
                                          llvm::StringRef Start,
                                          std::vector<std::string> &Notes) {
  if (!Asked.empty()) {
    std::string P = absolutePath(Asked, currentDirectory());
    if (fileExists(P))
      return P;
    if (!folderExists(P))
      return llvm::createStringError("-p names '" + Asked +
                                     "', which does not exist");
    if (fileExists(join(P, DbName)))
      return join(P, DbName);
    // A source folder is what people name as often as the build folder.
    std::vector<std::string> Below;
    collectAt(P, Below);
    if (Below.empty())
      return noDatabase(P, true);
    return findCompileDb("", P, Notes);
  }
  for (llvm::StringRef Folder = Start; !Folder.empty();
       Folder = path::parent_path(Folder)) {
    std::vector<std::string> Found;
    collectAt(Folder, Found);
    if (Found.empty()) {
      if (Folder == "/")
        break;
      continue;
    }
    // One in the folder itself is what the user put there; of several builds
    // the one last configured is the one in use.
    if (path::parent_path(Found.front()) == Folder)
      return Found.front();
    std::string Best;
    llvm::sys::TimePoint<> Newest;
    for (const std::string &F : Found) {
      fs::file_status S;
      if (fs::status(F, S))
        continue;
      if (Best.empty() || S.getLastModificationTime() > Newest) {
        Best = F;
        Newest = S.getLastModificationTime();
      }
    }
    if (Found.size() > 1)
      Notes.push_back("of " + std::to_string(Found.size()) +
                      " compile databases this one is the newest: " + Best +
                      " (choose with -p)");
    return Best;
  }
  return noDatabase(Start, false);
}

static std::string cmakeSourceFolder(llvm::StringRef BuildFolder) {
  auto Buffer =
      llvm::MemoryBuffer::getFile(join(BuildFolder, "CMakeCache.txt"));
  if (!Buffer)
    return "";
  llvm::StringRef Text = (*Buffer)->getBuffer();
  llvm::StringRef Key = "\nCMAKE_HOME_DIRECTORY:INTERNAL=";
  size_t At = Text.find(Key);
  if (At == llvm::StringRef::npos)
    return "";
  return Text.substr(At + Key.size()).split('\n').first.rtrim().str();
}

llvm::Expected<CompileDb> parseCompileDb(llvm::StringRef Text,
                                         llvm::StringRef Folder,
                                         llvm::StringRef Path) {
  CompileDb Db;
  Db.Path = Path.str();
  llvm::Expected<json::Value> V = json::parse(Text);
  if (!V)
    return llvm::createStringError(
        Path + ": not valid JSON: " + llvm::toString(V.takeError()));
  const json::Array *List = V->getAsArray();
  if (!List)
    return llvm::createStringError(
        Path + ": a compile database is a JSON array of commands");
  size_t Number = 0;
  for (const json::Value &Item : *List) {
    ++Number;
    auto Broken = [&](const char *What) {
      return llvm::createStringError(Path + ": entry " + llvm::Twine(Number) +
                                     ": " + What);
    };
    const json::Object *O = Item.getAsObject();
    if (!O)
      return Broken("not an object");
    auto File = O->getString("file");
    if (!File || File->empty())
      return Broken("no \"file\"");
    CompileCommand C;
    C.Directory =
        absolutePath(O->getString("directory").value_or(Folder), Folder);
    C.File = absolutePath(*File, C.Directory);
    if (const json::Array *Args = O->getArray("arguments")) {
      for (const json::Value &A : *Args) {
        auto S = A.getAsString();
        if (!S)
          return Broken("\"arguments\" holds something that is no string");
        C.Args.push_back(S->str());
      }
    } else if (auto Command = O->getString("command")) {
      llvm::BumpPtrAllocator Alloc;
      llvm::StringSaver Saver(Alloc);
      llvm::SmallVector<const char *> Words;
      llvm::cl::TokenizeGNUCommandLine(*Command, Saver, Words);
      C.Args.assign(Words.begin(), Words.end());
    } else {
      return Broken("neither \"arguments\" nor \"command\"");
    }
    if (C.Args.empty())
      return Broken("an empty command");
    Db.Commands.push_back(std::move(C));
  }
  return Db;
}

llvm::Expected<CompileDb> readCompileDb(llvm::StringRef Path) {
  auto Buffer = llvm::MemoryBuffer::getFile(Path);
  if (!Buffer)
    return llvm::createStringError(Path + ": " + Buffer.getError().message());
  llvm::StringRef Folder = path::parent_path(Path);
  llvm::Expected<CompileDb> Db =
      parseCompileDb((*Buffer)->getBuffer(), Folder, Path);
  if (Db)
    Db->SourceFolder = cmakeSourceFolder(Folder);
  return Db;
}

} // namespace runnel::tool
