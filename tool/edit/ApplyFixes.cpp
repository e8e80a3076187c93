//===- ApplyFixes.cpp - Fixes, whole or not at all ------------------------===//

#include "tool/edit/ApplyFixes.h"

#include "tool/driver/Paths.h"
#include "tool/edit/AtomicFile.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"

namespace runnel::tool {

namespace {
// The edits accepted so far in one file, by offset.
struct FileEdits {
  std::string Text;
  struct Accepted {
    uint32_t Length;
    std::string Text;
  };
  std::map<uint32_t, std::vector<Accepted>> Edits;

  enum Verdict { New, Same, Clash };
  Verdict judge(const Edit &E) const {
    const uint32_t Begin = E.Where.Begin.Offset, End = E.Where.endOffset();
    for (const auto &[At, List] : Edits)
      for (const Accepted &A : List) {
        if (At == Begin && A.Length == E.Where.Length && A.Text == E.Text)
          return Same;
        // Touching counts for insertions: the order of two texts at one place
        // would be arbitrary.
        const uint32_t OtherEnd = At + A.Length;
        const bool Overlap =
            A.Length == 0 || E.Where.Length == 0
                ? Begin <= OtherEnd && At <= End &&
                      !(A.Length == 0 && E.Where.Length == 0 && At != Begin)
                : Begin < OtherEnd && At < End;
        if (Overlap)
          return Clash;
      }
    return New;
  }
};

class Planner {
public:
  explicit Planner(const Report &R) : R(R) {}

  FixOutcome run() {
    for (const ReportedFinding &F : R.Findings)
      if (F.By == Silenced::No && !F.What.Fixes.empty())
        consider(F);
    for (auto &[Path, File] : Files) {
      if (File.Edits.empty())
        continue;
      std::string New = rewritten(File);
      if (New == File.Text)
        continue;
      Out.Diff += unifiedDiff(spell(Path, R.Root), File.Text, New);
      Out.Files[Path] = {std::move(New), File.Text};
    }
    return std::move(Out);
  }

private:
  void leaveOut(const ReportedFinding &F, const char *Why) {
    const ir::Location &L = F.What.Where.Begin;
    Out.LeftOut.push_back({L.File.str().str() + ":" + std::to_string(L.Line) +
                               ":" + std::to_string(L.Column) + ": " +
                               F.What.Fixes.front().Description,
                           Why});
  }

  FileEdits *file(ir::Name Name) {
    // Symbolic links to one file are one file.
    std::string Path = unspell(Name.str(), R.Root);
    llvm::SmallString<256> Real;
    if (!llvm::sys::fs::real_path(Path, Real))
      Path = Real.str().str();
    auto It = Files.find(Path);
    if (It == Files.end()) {
      auto Buffer = llvm::MemoryBuffer::getFile(Path, false, false);
      if (!Buffer)
        return nullptr;
      It = Files.emplace(Path, FileEdits{(*Buffer)->getBuffer().str(), {}})
               .first;
    }
    return &It->second;
  }

  // A location remembers its line: an offset that no longer lies on it tells
  // that the file is another one now.
  static bool current(const FileEdits &File, const ir::Range &Where) {
    if (Where.endOffset() > File.Text.size())
      return false;
    return lineAndColumn(File.Text, Where.Begin.Offset) ==
           std::pair(Where.Begin.Line, Where.Begin.Column);
  }

  void consider(const ReportedFinding &F) {
    const Fix &X = F.What.Fixes.front();
    if (X.Edits.empty())
      return;
    std::vector<std::pair<FileEdits *, const Edit *>> Wanted;
    // A fix must not clash with itself either: edits are tried on a copy of
    // nothing, in order, and taken only if all can be.
    std::map<FileEdits *, FileEdits> Trial;
    for (const Edit &E : X.Edits) {
      if (!E.Where.editable())
        return leaveOut(F, "it would edit a macro");
      const std::string Path = unspell(E.Where.Begin.File.str(), R.Root);
      if (!isBelow(Path, R.Root))
        return leaveOut(F, "it would edit a file outside the project");
      FileEdits *File = file(E.Where.Begin.File);
      if (!File || !current(*File, E.Where))
        return leaveOut(F, "the file has changed since it was parsed");
      FileEdits::Verdict V = File->judge(E);
      if (V == FileEdits::New)
        V = Trial[File].judge(E);
      if (V == FileEdits::Clash)
        return leaveOut(F, "it overlaps another fix; run again");
      if (V == FileEdits::New) {
        Trial[File].Edits[E.Where.Begin.Offset].push_back(
            {E.Where.Length, E.Text});
        Wanted.push_back({File, &E});
      }
    }
    for (auto [File, E] : Wanted)
      File->Edits[E->Where.Begin.Offset].push_back({E->Where.Length, E->Text});
    Out.Fixed.insert(F.Fingerprint);
  }

  static std::string rewritten(const FileEdits &File) {
    // The line end of the file's first line is that of its new ones.
    const size_t FirstEnd = File.Text.find('\n');
    const bool Crlf = FirstEnd != std::string::npos && FirstEnd > 0 &&
                      File.Text[FirstEnd - 1] == '\r';
    std::string Result;
    size_t At = 0;
    for (const auto &[Offset, List] : File.Edits) {
      Result.append(File.Text, At, Offset - At);
      At = Offset;
      for (const FileEdits::Accepted &A : List) {
        for (char C : A.Text) {
          if (C == '\n' && Crlf && (Result.empty() || Result.back() != '\r'))
            Result += '\r';
          Result += C;
        }
        At += A.Length;
      }
    }
    Result.append(File.Text, At);
    return Result;
  }

  const Report &R;
  std::map<std::string, FileEdits> Files;
  FixOutcome Out;
};
} // namespace

FixOutcome planFixes(const Report &R) { return Planner(R).run(); }

llvm::Error applyFixes(const FixOutcome &O) {
  std::vector<PendingFile> Pending;
  for (const auto &[Path, Contents] : O.Files) {
    llvm::Expected<PendingFile> F =
        PendingFile::write(Path, Contents.first, /*Durable=*/true);
    if (!F)
      return F.takeError();
    Pending.push_back(std::move(*F));
  }
  for (size_t I = 0; I < Pending.size(); ++I)
    if (llvm::Error E = Pending[I].commit()) {
      auto It = O.Files.begin();
      for (size_t Done = 0; Done < I; ++Done, ++It)
        llvm::consumeError(
            writeFileAtomically(It->first, It->second.second, true));
      return E;
    }
  return llvm::Error::success();
}

void sayFixes(const FixOutcome &O, bool DryRun, llvm::raw_ostream &OS) {
  if (!O.Fixed.empty())
    OS << "runnel: " << O.Fixed.size()
       << (O.Fixed.size() == 1 ? " fix" : " fixes")
       << (DryRun ? " would be applied to " : " applied to ") << O.Files.size()
       << (O.Files.size() == 1 ? " file\n" : " files\n");
  for (const auto &[Where, Why] : O.LeftOut)
    OS << "runnel: note: fix not applied, " << Why << ": " << Where << '\n';
}

// The files differ in few places, and by whole lines: what is common at both
// ends and between edits is found line by line. Longest common subsequence
// over the lines between, which are as many as the edits touch.
std::string unifiedDiff(llvm::StringRef Name, llvm::StringRef Before,
                        llvm::StringRef After) {
  auto Lines = [](llvm::StringRef Text) {
    std::vector<llvm::StringRef> Result;
    while (!Text.empty()) {
      size_t End = Text.find('\n');
      End = End == llvm::StringRef::npos ? Text.size() : End + 1;
      Result.push_back(Text.take_front(End));
      Text = Text.drop_front(End);
    }
    return Result;
  };
  const std::vector<llvm::StringRef> A = Lines(Before), B = Lines(After);
  // A greedy walk: at a difference, the nearest pair of equal lines ahead
  // (fewest lines skipped) ends the hunk.
  struct Change {
    size_t A, ACount, B, BCount;
  };
  std::vector<Change> Changes;
  size_t I = 0, J = 0;
  while (I < A.size() || J < B.size()) {
    if (I < A.size() && J < B.size() && A[I] == B[J]) {
      ++I;
      ++J;
      continue;
    }
    size_t SkipA = A.size() - I, SkipB = B.size() - J;
    const size_t Most = SkipA + SkipB;
    bool Met = false;
    for (size_t Sum = 1; Sum <= Most && !Met; ++Sum)
      for (size_t X = 0; X <= Sum && !Met; ++X) {
        const size_t Y = Sum - X;
        if (I + X >= A.size() || J + Y >= B.size() || A[I + X] != B[J + Y])
          continue;
        // One equal line (a brace) is no meeting; two are, or the end.
        const bool Next = I + X + 1 >= A.size() || J + Y + 1 >= B.size()
                              ? I + X + 1 >= A.size() && J + Y + 1 >= B.size()
                              : A[I + X + 1] == B[J + Y + 1];
        if (Next) {
          SkipA = X;
          SkipB = Y;
          Met = true;
        }
      }
    Changes.push_back({I, SkipA, J, SkipB});
    I += SkipA;
    J += SkipB;
  }
  if (Changes.empty())
    return "";
  std::string Text;
  llvm::raw_string_ostream OS(Text);
  OS << "--- a/" << Name << "\n+++ b/" << Name << '\n';
  auto Put = [&](char Mark, llvm::StringRef Line) {
    OS << Mark << Line;
    if (!Line.ends_with("\n"))
      OS << "\n\\ No newline at end of file\n";
  };
  constexpr size_t Context = 3;
  for (size_t C = 0; C < Changes.size();) {
    size_t Last = C;
    while (Last + 1 < Changes.size() &&
           Changes[Last + 1].A - (Changes[Last].A + Changes[Last].ACount) <=
               2 * Context)
      ++Last;
    const size_t Lead = std::min(Context, Changes[C].A);
    const size_t BeginA = Changes[C].A - Lead, BeginB = Changes[C].B - Lead;
    const size_t EndA =
        std::min(A.size(), Changes[Last].A + Changes[Last].ACount + Context);
    const size_t EndB = Changes[Last].B + Changes[Last].BCount +
                        (EndA - Changes[Last].A - Changes[Last].ACount);
    auto Start = [](size_t Begin, size_t Count) {
      return Count ? Begin + 1 : Begin;
    };
    OS << "@@ -" << Start(BeginA, EndA - BeginA) << ',' << EndA - BeginA << " +"
       << Start(BeginB, EndB - BeginB) << ',' << EndB - BeginB << " @@\n";
    size_t At = BeginA;
    for (; C <= Last; ++C) {
      for (; At < Changes[C].A; ++At)
        Put(' ', A[At]);
      for (size_t K = 0; K < Changes[C].ACount; ++K)
        Put('-', A[At++]);
      for (size_t K = 0; K < Changes[C].BCount; ++K)
        Put('+', B[Changes[C].B + K]);
    }
    for (; At < EndA; ++At)
      Put(' ', A[At]);
  }
  return Text;
}

} // namespace runnel::tool
