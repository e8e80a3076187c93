//===- Emit.cpp - A finding as clang's diagnostics ------------------------===//

#include "tool/tidy/Emit.h"

#include "tool/driver/Paths.h"

#include "clang/Basic/FileManager.h"
#include "llvm/ADT/STLExtras.h"

namespace runnel::tidy {

using namespace clang;

static ir::Name mainName(SourceManager &SM, llvm::StringRef Root) {
  OptionalFileEntryRef Main = SM.getFileEntryRefForID(SM.getMainFileID());
  if (!Main)
    return {};
  llvm::SmallString<256> Path(Main->getName());
  SM.getFileManager().makeAbsolutePath(Path);
  return tool::spell(tool::absolutePath(Path, "/"), Root);
}

Emitter::Emitter(SourceManager &SM, std::string Root, bool InEditor)
    : SM(SM), Root(std::move(Root)), InEditor(InEditor),
      Main(mainName(SM, this->Root)) {
  Files[Main] = SM.getMainFileID();
}

FileID Emitter::fileOf(ir::Name File) {
  auto [It, New] = Files.try_emplace(File);
  if (!New || !File)
    return It->second;
  OptionalFileEntryRef Entry =
      SM.getFileManager().getOptionalFileRef(tool::unspell(File.str(), Root));
  if (!Entry)
    return It->second;
  It->second = SM.translateFile(*Entry);
  // A file of another unit, which the index speaks of.
  if (It->second.isInvalid())
    It->second = SM.createFileID(*Entry, SourceLocation(), SrcMgr::C_User);
  return It->second;
}

SourceLocation Emitter::at(ir::Name File, uint32_t Offset) {
  const FileID Id = fileOf(File);
  if (Id.isInvalid())
    return {};
  bool Bad = false;
  // The file may have become shorter since it was looked at.
  if (Offset > SM.getBufferData(Id, &Bad).size() || Bad)
    return {};
  return SM.getLocForStartOfFile(Id).getLocWithOffset(Offset);
}

SourceLocation Emitter::at(const ir::Range &R) {
  return R.valid() ? at(R.Begin.File, R.Begin.Offset) : SourceLocation();
}

std::optional<CharSourceRange> Emitter::rangeOf(const ir::Range &R) {
  SourceLocation Begin = at(R), End = at(R.Begin.File, R.endOffset());
  if (Begin.isInvalid() || End.isInvalid())
    return std::nullopt;
  return CharSourceRange::getCharRange(Begin, End);
}

// clang-tidy hands fixes to clang's EditedSource, which takes a blank behind
// removed text along (adjustRemoval): the first of the next line's indentation,
// where a whole line goes. A replacement it leaves alone, so the blank becomes
// part of one.
void Emitter::keepWhatFollows(Edit &E, const Edit *Next) {
  const uint32_t End = E.Where.endOffset();
  const FileID Id = fileOf(E.Where.Begin.File);
  if (Id.isInvalid())
    return;
  bool Bad = false;
  llvm::StringRef Text = SM.getBufferData(Id, &Bad);
  const bool Taken = Next && Next->Where.Begin.File == E.Where.Begin.File &&
                     Next->Where.Begin.Offset <= End;
  if (Bad || Taken || End >= Text.size() || Text[End] != ' ')
    return;
  E.Text = " ";
  ++E.Where.Length;
}

// Nothing if a part of the fix cannot be said: it is applied whole or not at
// all. What starts at one place becomes one edit: clang-tidy refuses two there.
std::optional<std::vector<FixItHint>> Emitter::hintsOf(const Fix &F) {
  // Edits of one place stay in their order, which is that of their addresses.
  std::vector<const Edit *> Edits;
  for (const Edit &E : F.Edits)
    Edits.push_back(&E);
  llvm::sort(Edits, [](const Edit *A, const Edit *B) {
    return std::tuple(A->Where.Begin.File, A->Where.Begin.Offset, A) <
           std::tuple(B->Where.Begin.File, B->Where.Begin.Offset, B);
  });
  std::vector<Edit> Merged;
  for (const Edit *One : Edits) {
    const Edit &E = *One;
    if (!E.Where.editable() || (InEditor && E.Where.Begin.File != Main))
      return std::nullopt;
    if (!Merged.empty() &&
        Merged.back().Where.Begin.File == E.Where.Begin.File) {
      Edit &Last = Merged.back();
      if (Last.Where.Begin.Offset == E.Where.Begin.Offset &&
          (Last.Where.Length == 0 || E.Where.Length == 0)) {
        Last.Text += E.Text;
        Last.Where.Length += E.Where.Length;
        continue;
      }
      if (Last.Where.endOffset() > E.Where.Begin.Offset)
        return std::nullopt;
    }
    Merged.push_back(E);
  }
  std::vector<FixItHint> Hints;
  for (size_t I = 0; I < Merged.size(); ++I) {
    Edit &E = Merged[I];
    if (!InEditor && E.Text.empty())
      keepWhatFollows(E, I + 1 < Merged.size() ? &Merged[I + 1] : nullptr);
    std::optional<CharSourceRange> R = rangeOf(E.Where);
    if (!R)
      return std::nullopt;
    if (E.Where.Length == 0)
      Hints.push_back(FixItHint::CreateInsertion(R->getBegin(), E.Text));
    else if (E.Text.empty())
      Hints.push_back(FixItHint::CreateRemoval(*R));
    else
      Hints.push_back(FixItHint::CreateReplacement(*R, E.Text));
  }
  if (Hints.empty())
    return std::nullopt;
  return Hints;
}

unsigned Emitter::emit(const Finding &F, const Say &S) {
  ir::Range Where = F.Where;
  std::vector<Note> Notes = F.Notes;
  if (InEditor && Where.Begin.File != Main) {
    // A finding of another file that touches this one: said where it does.
    auto Here = llvm::find_if(
        Notes, [&](const Note &N) { return N.Where.Begin.File == Main; });
    if (Here == Notes.end())
      return 0;
    Where = Here->Where;
    Notes.insert(Notes.begin(), {F.Where, "the other end of it is here"});
  }
  const SourceLocation Loc = at(Where);
  if (Loc.isInvalid())
    return 0;
  std::vector<std::pair<const Fix *, std::vector<FixItHint>>> Fixes;
  for (const Fix &X : F.Fixes)
    if (std::optional<std::vector<FixItHint>> Hints = hintsOf(X))
      Fixes.push_back({&X, std::move(*Hints)});
  {
    DiagnosticBuilder D = S(Loc, "%0", DiagnosticIDs::Warning);
    D << F.Message;
    if (Where.Length > 0 && !Where.InMacro)
      if (std::optional<CharSourceRange> R = rangeOf(Where))
        D << *R;
    // `--fix` applies what the warning itself carries.
    if (!InEditor && !Fixes.empty())
      for (const FixItHint &H : Fixes.front().second)
        D << H;
  }
  for (const Note &N : Notes)
    if (SourceLocation There = at(N.Where); There.isValid())
      S(There, "%0", DiagnosticIDs::Note) << N.Message;
  for (size_t I = InEditor ? 0 : 1; I < Fixes.size(); ++I) {
    DiagnosticBuilder D = S(Loc, "%0", DiagnosticIDs::Note);
    D << Fixes[I].first->Description;
    for (const FixItHint &H : Fixes[I].second)
      D << H;
  }
  return SM.getExpansionLineNumber(Loc);
}

} // namespace runnel::tidy
