//===- Paths.cpp - The project root and how files are spelled -------------===//

#include "tool/driver/Paths.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

namespace runnel::tool {

namespace path = llvm::sys::path;
namespace fs = llvm::sys::fs;

std::string currentDirectory() {
  llvm::SmallString<256> Here;
  if (fs::current_path(Here))
    return "/";
  return Here.str().str();
}

std::string absolutePath(llvm::StringRef Path, llvm::StringRef Base) {
  llvm::SmallString<256> P(Path);
  if (!path::is_absolute(P)) {
    P = Base;
    path::append(P, Path);
  }
  path::remove_dots(P, /*remove_dot_dot=*/true);
  if (P.size() > 1 && P.ends_with("/"))
    P.pop_back();
  return P.str().str();
}

bool isBelow(llvm::StringRef Path, llvm::StringRef Folder) {
  if (Folder == "/")
    return Path.starts_with("/");
  return Path.starts_with(Folder) &&
         (Path.size() == Folder.size() || Path[Folder.size()] == '/');
}

std::string spell(llvm::StringRef Path, llvm::StringRef Root) {
  if (Root.empty() || !isBelow(Path, Root) || Path.size() == Root.size())
    return Path.str();
  return Path.drop_front(Root == "/" ? 1 : Root.size() + 1).str();
}

std::string unspell(llvm::StringRef Spelled, llvm::StringRef Root) {
  return absolutePath(Spelled, Root);
}

std::string relativeTo(llvm::StringRef Path, llvm::StringRef From) {
  if (isBelow(Path, From))
    return spell(Path, From);
  llvm::SmallString<256> Common(From);
  std::string Up;
  while (Common.size() > 1 && !isBelow(Path, Common)) {
    path::remove_filename(Common);
    Up += "../";
  }
  // A path that shares nothing but `/` reads better whole.
  if (Common == "/")
    return Path.str();
  return Up + spell(Path, Common);
}

bool fileExists(llvm::StringRef Path) {
  fs::file_status S;
  return !fs::status(Path, S) && fs::exists(S) && !fs::is_directory(S);
}

bool folderExists(llvm::StringRef Path) { return fs::is_directory(Path); }

static std::string commonFolder(const std::vector<std::string> &Files) {
  llvm::SmallString<256> Common;
  for (const std::string &F : Files) {
    if (Common.empty())
      Common = path::parent_path(F);
    while (Common.size() > 1 && !isBelow(F, Common))
      path::remove_filename(Common);
  }
  return Common.empty() ? currentDirectory() : Common.str().str();
}

std::string findRoot(const std::vector<std::string> &Files,
                     llvm::StringRef Hint) {
  // Generated sources in a build folder elsewhere must not move the root: the
  // folder above most files counts, so those outside the hint are left out.
  std::vector<std::string> Own;
  for (const std::string &F : Files)
    if (!Hint.empty() && isBelow(F, Hint))
      Own.push_back(F);
  std::string Common = commonFolder(Own.empty() ? Files : Own);
  if (!Own.empty())
    Common = Hint.str();
  for (llvm::StringRef Folder = Common; Folder.size() > 1;
       Folder = path::parent_path(Folder)) {
    for (const char *Mark : {".runnel.yaml", ".git", ".hg", ".svn", ".jj"}) {
      llvm::SmallString<256> P(Folder);
      path::append(P, Mark);
      if (fs::exists(P))
        return Folder.str();
    }
  }
  return Common;
}

bool isSystemPath(llvm::StringRef Absolute) {
  for (const char *Folder : {"/usr/include", "/usr/lib", "/usr/local/include",
                             "/usr/lib64", "/opt/local/include"})
    if (isBelow(Absolute, Folder))
      return true;
  return false;
}

} // namespace runnel::tool
