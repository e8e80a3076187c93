// Folder.h - A temporary folder for one test, removed at its end.
#pragma once

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <string>

class Folder {
public:
  Folder() {
    llvm::SmallString<128> P;
    (void)llvm::sys::fs::createUniqueDirectory("runnel-test", P);
    Path = P.str().str();
  }
  ~Folder() { (void)llvm::sys::fs::remove_directories(Path); }

  std::string operator/(llvm::StringRef Name) const {
    llvm::SmallString<128> P(Path);
    llvm::sys::path::append(P, Name);
    return P.str().str();
  }
  void write(llvm::StringRef Name, llvm::StringRef Text) const {
    const std::string P = *this / Name;
    (void)llvm::sys::fs::create_directories(llvm::sys::path::parent_path(P));
    std::error_code EC;
    llvm::raw_fd_ostream(P, EC) << Text;
  }
  std::string read(llvm::StringRef Name) const {
    auto Buffer = llvm::MemoryBuffer::getFile(*this / Name);
    return Buffer ? (*Buffer)->getBuffer().str() : "<unreadable>";
  }
  /// Names of the files in it, sorted, a space between.
  std::string list() const {
    std::vector<std::string> Names;
    std::error_code EC;
    for (llvm::sys::fs::directory_iterator It(Path, EC), End; It != End && !EC;
         It.increment(EC))
      Names.push_back(llvm::sys::path::filename(It->path()).str());
    std::sort(Names.begin(), Names.end());
    std::string Result;
    for (const std::string &N : Names)
      Result += (Result.empty() ? "" : " ") + N;
    return Result;
  }

  std::string Path;
};
