//===- main.cpp - clangd with Runnel's checks in it -----------------------===//
//
// clangd's own main(), on standard streams that pass through Messages. All of
// clangd's options are as they are.
//
//===----------------------------------------------------------------------===//

#include "tool/clangd/Messages.h"
#include "tool/tidy/Project.h"

#include "tool/driver/Paths.h"
#include "tool/driver/Units.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <thread>
#include <unistd.h>

namespace clang::clangd {
int clangdMain(int argc, char *argv[]);
}

namespace {
using namespace runnel;

void writeAll(int To, llvm::StringRef Bytes) {
  while (!Bytes.empty()) {
    const ssize_t N = ::write(To, Bytes.data(), Bytes.size());
    if (N < 0 && errno == EINTR)
      continue;
    if (N <= 0)
      return; // the other end is gone, and with it who would read this
    Bytes = Bytes.drop_front(N);
  }
}

void pump(int From, const std::function<void(llvm::StringRef)> &Take) {
  static constexpr size_t Size = 1 << 16;
  std::string Buffer(Size, '\0');
  for (;;) {
    const ssize_t N = ::read(From, Buffer.data(), Size);
    if (N < 0 && errno == EINTR)
      continue;
    if (N <= 0)
      return;
    Take({Buffer.data(), static_cast<size_t>(N)});
  }
}

std::string uriOf(llvm::StringRef Path) {
  static const char Digits[] = "0123456789ABCDEF";
  std::string Uri = "file://";
  for (const char C : Path) {
    if (llvm::isAlnum(C) || llvm::StringRef("/-_.~").contains(C)) {
      Uri += C;
    } else {
      Uri += '%';
      Uri += Digits[(C >> 4) & 15];
      Uri += Digits[C & 15];
    }
  }
  return Uri;
}

// The page beside an installed program: PREFIX/share/doc/runnel/checks.
std::function<std::string(llvm::StringRef)> pagesBeside(const char *Argv0) {
  static int Anchor;
  const std::string Self = llvm::sys::fs::getMainExecutable(Argv0, &Anchor);
  const std::string Folder = tool::absolutePath(
      "../share/doc/runnel/checks", llvm::sys::path::parent_path(Self));
  return [Folder](llvm::StringRef Check) -> std::string {
    Check.consume_front("runnel-");
    const std::string Page = tool::absolutePath(Check.str() + ".md", Folder);
    return tool::fileExists(Page) ? uriOf(Page) : "";
  };
}

// Whether clangd will speak the protocol: the rest is text for a terminal.
bool speaksProtocol(llvm::ArrayRef<char *> Words) {
  for (llvm::StringRef Word : Words) {
    llvm::StringRef Name = Word.ltrim('-').split('=').first;
    if (Word.starts_with("-") &&
        (Name == "check" || Name == "help" || Name == "h" ||
         Name.starts_with("help-") || Name == "version" || Name == "lit-test" ||
         Name == "input-style"))
      return false;
  }
  return true;
}
} // namespace

int main(int argc, char *argv[]) {
  std::vector<char *> Words(argv, argv + argc);
  // clangd looks for the builtin headers beside itself, where LLVM's are not.
  std::string Resources = "--resource-dir=" + tool::findResourceDir("");
  if (llvm::none_of(Words, [](llvm::StringRef W) {
        return W.ltrim('-').starts_with("resource-dir");
      }))
    Words.insert(Words.begin() + 1, Resources.data());
  const int Count = static_cast<int>(Words.size());
  Words.push_back(nullptr);
  if (!speaksProtocol(llvm::ArrayRef(Words).slice(1, Count - 1)))
    return clang::clangd::clangdMain(Count, Words.data());

  int In[2], Out[2];
  if (::pipe2(In, O_CLOEXEC) || ::pipe2(Out, O_CLOEXEC)) {
    std::perror("runnel-clangd: pipe");
    return 1;
  }
  const int Editor = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  const int Keys = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
  ::dup2(In[0], STDIN_FILENO);
  ::dup2(Out[1], STDOUT_FILENO);
  ::close(In[0]);
  ::close(Out[1]);
  // An editor that dies is end of file for both threads, not a signal.
  std::signal(SIGPIPE, SIG_IGN);

  clangd::Messages Between(pagesBeside(argv[0]), tidy::isKnown);
  clangd::MessageStream Inward(
      [&](std::string Content) {
        Between.fromEditor(Content);
        return Content;
      },
      [&](llvm::StringRef Bytes) { writeAll(In[1], Bytes); });
  clangd::MessageStream Outward(
      [&](std::string Content) {
        return Between.fromClangd(std::move(Content));
      },
      [&](llvm::StringRef Bytes) { writeAll(Editor, Bytes); });
  std::thread([&] {
    pump(Keys, [&](llvm::StringRef Bytes) { Inward.feed(Bytes); });
    ::close(In[1]);
  }).detach();
  std::thread Reader([&] {
    pump(Out[0], [&](llvm::StringRef Bytes) { Outward.feed(Bytes); });
  });

  const int Status = clang::clangd::clangdMain(Count, Words.data());
  // What clangd wrote last is still on its way.
  std::fflush(stdout);
  ::close(STDOUT_FILENO);
  Reader.join();
  // The other thread may be waiting for the editor; nothing is left to do.
  ::_exit(Status);
}
