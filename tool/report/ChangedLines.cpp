//===- ChangedLines.cpp - What a change touches ---------------------------===//
//
// A finding is the change's own if its place or that of one of its notes lies
// in lines the change added or altered; where lines were only removed, the two
// lines around the gap count.
//
//===----------------------------------------------------------------------===//

#include "tool/driver/Paths.h"
#include "tool/report/Baseline.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"

namespace runnel::tool {

// `+++ b/src/a.cpp`, also with a tab and a time behind it, also quoted as git
// quotes names that are not ASCII.
static std::string fileOf(llvm::StringRef Name) {
  std::string Unquoted;
  if (Name.consume_front("\"")) {
    while (!Name.empty() && Name[0] != '"') {
      char C = Name[0];
      Name = Name.drop_front();
      if (C == '\\' && !Name.empty()) {
        unsigned Code;
        if (Name.size() >= 3 && !Name.take_front(3).getAsInteger(8, Code)) {
          C = char(Code);
          Name = Name.drop_front(3);
        } else {
          C = Name[0] == 't' ? '\t' : Name[0] == 'n' ? '\n' : Name[0];
          Name = Name.drop_front();
        }
      }
      Unquoted += C;
    }
  } else {
    Unquoted = Name.split('\t').first.rtrim("\r").str();
  }
  return Unquoted;
}

llvm::Expected<ChangedLines> ChangedLines::parse(llvm::StringRef Patch) {
  ChangedLines Result;
  std::string File;
  bool AnyHeader = false;
  uint32_t New = 0, OldLeft = 0, NewLeft = 0;
  auto Mark = [&](uint32_t From, uint32_t To) {
    if (!File.empty() && File != "/dev/null")
      Result.Files[File].insert({From, To});
  };
  llvm::StringRef Rest = Patch;
  while (!Rest.empty()) {
    llvm::StringRef Line;
    std::tie(Line, Rest) = Rest.split('\n');
    if (OldLeft || NewLeft) {
      if (Line.starts_with("+") && NewLeft) {
        Mark(New, New);
        ++New;
        --NewLeft;
      } else if (Line.starts_with("-") && OldLeft) {
        Mark(New ? New - 1 : 0, New);
        --OldLeft;
      } else if (!Line.starts_with("\\")) {
        ++New;
        OldLeft -= OldLeft > 0;
        NewLeft -= NewLeft > 0;
      }
      continue;
    }
    if (Line.consume_front("+++ ")) {
      File = fileOf(Line);
      AnyHeader = true;
    } else if (Line.consume_front("@@ -")) {
      // OLD[,COUNT] +NEW[,COUNT] @@
      auto Read = [&](uint32_t &Start, uint32_t &Count) {
        Count = 1;
        if (Line.consumeInteger(10, Start))
          return false;
        return !Line.consume_front(",") || !Line.consumeInteger(10, Count);
      };
      uint32_t Old, OldCount, NewStart, NewCount;
      if (!Read(Old, OldCount) || !Line.consume_front(" +") ||
          !Read(NewStart, NewCount))
        return llvm::createStringError("the patch has a hunk header that "
                                       "cannot be read: @@ -" +
                                       Line);
      OldLeft = OldCount;
      NewLeft = NewCount;
      // With no lines on the new side, the number is that of the line before.
      New = NewCount ? NewStart : NewStart + 1;
    }
  }
  if (!AnyHeader && !Patch.trim().empty())
    return llvm::createStringError(
        "this is no patch: no line that begins with `+++ `");
  return Result;
}

llvm::Expected<ChangedLines> ChangedLines::since(llvm::StringRef Ref,
                                                 llvm::StringRef Root) {
  llvm::ErrorOr<std::string> Git = llvm::sys::findProgramByName("git");
  if (!Git)
    return llvm::createStringError("--diff needs git, which is not installed");
  auto Run =
      [&](std::vector<llvm::StringRef> Args) -> llvm::Expected<std::string> {
    Args.insert(Args.begin(), {*Git, "-C", Root});
    llvm::SmallString<128> Out, Err;
    if (llvm::sys::fs::createTemporaryFile("runnel-git", "out", Out) ||
        llvm::sys::fs::createTemporaryFile("runnel-git", "err", Err))
      return llvm::createStringError("--diff: no temporary file can be made");
    llvm::FileRemover RemoveOut(Out), RemoveErr(Err);
    std::optional<llvm::StringRef> Redirects[] = {llvm::StringRef(""),
                                                  Out.str(), Err.str()};
    const int Status =
        llvm::sys::ExecuteAndWait(*Git, Args, std::nullopt, Redirects);
    auto Text = [](llvm::StringRef File) {
      auto Buffer = llvm::MemoryBuffer::getFile(File);
      return Buffer ? (*Buffer)->getBuffer().str() : std::string();
    };
    if (Status != 0)
      return llvm::createStringError("git knows no change since '" + Ref +
                                     "': " + llvm::StringRef(Text(Err)).trim());
    return Text(Out);
  };
  if (Ref.starts_with("-"))
    return llvm::createStringError("'" + Ref + "' is no revision");
  // What this branch brings, not what the other one has got meanwhile.
  llvm::Expected<std::string> Base = Run({"merge-base", Ref, "HEAD"});
  if (!Base)
    return Base.takeError();
  const std::string Commit = llvm::StringRef(*Base).trim().str();
  llvm::Expected<std::string> Patch =
      Run({"-c", "core.quotePath=true", "diff", "--no-color", "--no-ext-diff",
           "--src-prefix=a/", "--dst-prefix=b/", "--relative", "-U0", Commit});
  if (!Patch)
    return Patch.takeError();
  llvm::Expected<std::string> New =
      Run({"ls-files", "-z", "--others", "--exclude-standard"});
  if (!New)
    return New.takeError();
  llvm::Expected<ChangedLines> Result = parse(*Patch);
  if (!Result)
    return Result;
  llvm::SmallVector<llvm::StringRef> Untracked;
  llvm::StringRef(*New).split(Untracked, '\0', -1, /*KeepEmpty=*/false);
  for (llvm::StringRef File : Untracked)
    Result->Files[("b/" + File).str()].insert({1, ~0u});
  Result->nameFrom(Root);
  return Result;
}

void ChangedLines::nameFrom(llvm::StringRef Root) {
  auto Exists = [&](llvm::StringRef Name) {
    return fileExists(unspell(Name, Root));
  };
  decltype(Files) Named;
  for (auto &[File, Spans] : Files) {
    llvm::StringRef Name = File;
    Name.consume_front("./");
    // git's prefix, unless the project has a folder of that name.
    const bool Prefix = Name.starts_with("b/") && !Exists(Name);
    if (Prefix)
      Name = Name.drop_front(2);
    // sub/a.cpp where the project is …/sub: as seen from further up.
    for (size_t Slash = Name.find('/');
         !Exists(Name) && Slash != llvm::StringRef::npos;
         Slash = Name.find('/', Slash + 1)) {
      const llvm::StringRef Outer = Name.take_front(Slash);
      if (Root.ends_with(("/" + Outer).str()) &&
          Exists(Name.drop_front(Slash + 1))) {
        Name = Name.drop_front(Slash + 1);
        break;
      }
    }
    Named[Name.str()].insert(Spans.begin(), Spans.end());
  }
  Files = std::move(Named);
}

bool ChangedLines::foreignTo(llvm::StringRef Root) const {
  return !Files.empty() && llvm::none_of(Files, [&](const auto &File) {
    return fileExists(unspell(File.first, Root));
  });
}

bool ChangedLines::touches(const ir::Range &R) const {
  auto It = Files.find(R.Begin.File.str().str());
  return It != Files.end() && llvm::any_of(It->second, [&](const auto &Span) {
           return Span.first <= R.Begin.Line && R.Begin.Line <= Span.second;
         });
}

bool ChangedLines::touches(const Finding &F) const {
  return touches(F.Where) ||
         llvm::any_of(F.Notes, [&](const Note &N) { return touches(N.Where); });
}

void ChangedLines::filter(Report &R) const {
  llvm::erase_if(R.Findings,
                 [&](const ReportedFinding &F) { return !touches(F.What); });
}

} // namespace runnel::tool
