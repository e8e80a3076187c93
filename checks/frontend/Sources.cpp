//===- Sources.cpp - From clang's locations to the IR's -------------------===//

#include "checks/frontend/Sources.h"

#include "clang/Basic/FileManager.h"

#include "llvm/Support/Path.h"

namespace runnel::frontend {

using namespace clang;

Sources::Sources(ASTContext &Context, llvm::StringRef ProjectRoot)
    : SM(Context.getSourceManager()), Lang(Context.getLangOpts()) {
  llvm::SmallString<256> Path(ProjectRoot);
  llvm::sys::path::remove_dots(Path, /*remove_dot_dot=*/true);
  while (Path.size() > 1 && llvm::sys::path::is_separator(Path.back()))
    Path.pop_back();
  Root = Path.str().str();
  // Sources of a project may lie beside its headers without anything above
  // both that says so. A unit from elsewhere says nothing of its headers.
  llvm::StringRef Parent = llvm::sys::path::parent_path(Root);
  if (Parent.size() > 1 &&
      !llvm::sys::path::is_absolute(file(SM.getMainFileID()).str()))
    Around = Parent.str();
}

ir::Name Sources::file(FileID Id) {
  auto [It, Inserted] = Files.try_emplace(Id);
  if (!Inserted)
    return It->second;
  OptionalFileEntryRef File = SM.getFileEntryRefForID(Id);
  if (!File)
    return It->second;
  llvm::SmallString<256> Path(File->getName());
  SM.getFileManager().makeAbsolutePath(Path);
  llvm::SmallString<256> Lexical(Path);
  llvm::sys::path::remove_dots(Lexical, /*remove_dot_dot=*/true);
  llvm::StringRef Text = Lexical;
  // `..` behind a symbolic link (/lib/gcc/../../include) leads elsewhere than
  // it looks; ask the file system, unless that would lead out of the project.
  if (Path.str().contains("..") && (Root.empty() || !Text.starts_with(Root))) {
    llvm::SmallString<256> Real;
    if (!SM.getFileManager().getVirtualFileSystem().getRealPath(Path, Real))
      Lexical = Real;
    Text = Lexical;
  }
  if (!Root.empty() && Text.size() > Root.size() + 1 &&
      Text.starts_with(Root) &&
      (Root == "/" || llvm::sys::path::is_separator(Text[Root.size()])))
    Text = Text.drop_front(Root.size() + (Root == "/" ? 0 : 1));
  return It->second = ir::Name(Text);
}

ir::Name Sources::file(SourceLocation Loc) {
  return Loc.isValid() ? file(SM.getFileID(SM.getExpansionLoc(Loc)))
                       : ir::Name();
}

ir::Location Sources::location(SourceLocation Loc) {
  ir::Location Out;
  if (Loc.isInvalid())
    return Out;
  const auto Where = SM.getDecomposedExpansionLoc(Loc);
  Out.File = file(Where.first);
  if (!Out.File)
    return Out;
  Out.Offset = Where.second;
  Out.Line = SM.getLineNumber(Where.first, Where.second);
  Out.Column = SM.getColumnNumber(Where.first, Where.second);
  return Out;
}

CharSourceRange Sources::chars(SourceRange R, bool &InMacro) {
  if (R.isInvalid())
    return {};
  InMacro = R.getBegin().isMacroID() || R.getEnd().isMacroID();
  SourceLocation Begin = SM.getExpansionLoc(R.getBegin());
  CharSourceRange End = SM.getExpansionRange(R.getEnd());
  // The outermost expansion ends with a token, or, since clang 22's expansion
  // of a module or a pragma may not, with a character.
  SourceLocation Last = End.getEnd();
  if (End.isTokenRange())
    Last = Lexer::getLocForEndOfToken(Last, 0, SM, Lang);
  // A range that starts and ends in different files (an #include inside a
  // function) names its beginning only.
  if (Last.isInvalid() || SM.getFileID(Begin) != SM.getFileID(Last) ||
      Last < Begin) {
    InMacro = true;
    Last = Lexer::getLocForEndOfToken(Begin, 0, SM, Lang);
  }
  return CharSourceRange::getCharRange(Begin, Last);
}

ir::Range Sources::make(CharSourceRange R, bool InMacro) {
  ir::Range Out;
  if (R.isInvalid())
    return Out;
  Out.Begin = location(R.getBegin());
  if (!Out.Begin.valid())
    return Out;
  unsigned End = SM.getFileOffset(R.getEnd());
  Out.Length = End > Out.Begin.Offset ? End - Out.Begin.Offset : 0;
  Out.InMacro = InMacro;
  return Out;
}

ir::Range Sources::token(SourceLocation Loc) { return range({Loc, Loc}); }

ir::Range Sources::range(SourceRange R) {
  bool InMacro = false;
  CharSourceRange C = chars(R, InMacro);
  return make(C, InMacro);
}

ir::Range Sources::statement(SourceRange R) {
  bool InMacro = false;
  CharSourceRange C = chars(R, InMacro);
  if (C.isInvalid())
    return {};
  const auto End = SM.getDecomposedLoc(C.getEnd());
  bool Bad = false;
  llvm::StringRef Text = SM.getBufferData(End.first, &Bad);
  if (!Bad && End.second < Text.size()) {
    // Only blanks may stand before it: a comment there is somebody else's.
    size_t At = Text.find_first_not_of(" \t\r\n", End.second);
    if (At != llvm::StringRef::npos && Text[At] == ';' &&
        !(At > 0 && Text[End.second - 1] == ';'))
      C.setEnd(C.getEnd().getLocWithOffset(At + 1 - End.second));
  }
  return make(C, InMacro);
}

llvm::StringRef Sources::text(SourceRange R) {
  if (R.isInvalid() || R.getBegin().isMacroID() || R.getEnd().isMacroID())
    return {};
  bool Invalid = false;
  llvm::StringRef Text = Lexer::getSourceText(CharSourceRange::getTokenRange(R),
                                              SM, Lang, &Invalid);
  return Invalid ? llvm::StringRef() : Text;
}

bool Sources::isSystem(SourceLocation Loc) {
  if (Loc.isInvalid())
    return true;
  SourceLocation Expanded = SM.getExpansionLoc(Loc);
  return SM.isInSystemHeader(Expanded) || isForeign(SM.getFileID(Expanded));
}

bool Sources::isForeign(FileID Id) {
  if (Around.empty())
    return false;
  auto [It, Inserted] = Foreign.try_emplace(Id, false);
  if (!Inserted)
    return It->second;
  llvm::StringRef Path = file(Id);
  bool Is = llvm::sys::path::is_absolute(Path) &&
            !(Path.starts_with(Around) && Path.size() > Around.size() &&
              llvm::sys::path::is_separator(Path[Around.size()]));
  return Foreign[Id] = Is;
}

bool Sources::isMain(SourceLocation Loc) {
  return Loc.isValid() && SM.isInMainFile(SM.getExpansionLoc(Loc));
}

} // namespace runnel::frontend
