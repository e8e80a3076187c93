//===- TextWriter.cpp - A module as text: the module level ----------------===//
//
// Leaves out what the reader supplies by itself (Text.h), so that what is left
// is what a person wants to see. Line starts and types are collected on the way
// and stand at the end of the file. Guarded by test/ir/RoundTripTest.cpp.
//
//===----------------------------------------------------------------------===//

#include "checks/ir/TextWriter.h"
#include "checks/ir/Serialize.h"

namespace runnel::ir {
namespace text {

unsigned Writer::fileNumber(Name File) {
  auto [It, New] = FileNumbers.try_emplace(File, Files.size());
  if (New)
    Files.push_back(File);
  return It->second;
}

void Writer::range(const Range &R, const char *Before) {
  if (R == Range())
    return;
  const Location &L = R.Begin;
  unsigned File = fileNumber(L.File);
  OS << Before << " @";
  if (L.File != Here)
    OS << File << ':';
  OS << L.Line << ':' << L.Column;
  bool InTable = false;
  if (L.Line != 0 && L.Column != 0 && L.Offset >= L.Column - 1) {
    uint32_t Start = L.Offset - (L.Column - 1);
    InTable =
        LineStarts.try_emplace({File, L.Line}, Start).first->second == Start;
  }
  if (!InTable)
    OS << '/' << L.Offset;
  if (R.Length)
    OS << '+' << R.Length;
  if (R.InMacro)
    OS << '~';
}

void Writer::type(const TypeRef &T) {
  std::vector<TypeRef> &Known = Types[T.Spelling];
  size_t N = 0;
  while (N < Known.size() && !(Known[N] == T))
    ++N;
  if (N == Known.size()) {
    Known.push_back(T);
    TypeOrder.emplace_back(T.Spelling, N);
  }
  symbol(T.Spelling);
  if (N)
    OS << '\'' << N;
}

void Writer::typeAttributes(llvm::raw_ostream &To, const TypeRef &T) {
  if (T.Is != Role::Data)
    To << ' ' << wordFor(roleWords(), static_cast<uint32_t>(T.Is));
  uint32_t Rest = T.Traits;
  for (const Word &W : traitWords())
    if (T.has(static_cast<TypeTrait>(W.Value))) {
      To << ' ' << W.Text;
      Rest &= ~W.Value;
    }
  if (Rest)
    To << " traits " << Rest;
  for (const Flag<TypeRef> &F : typeFlags())
    if (T.*F.Member)
      To << ' ' << F.Text;
  if (T.Record)
    To << " record " << quoted(T.Record);
  if (T.Element)
    To << " element " << quoted(T.Element);
  if (T.ElementIs != Role::Data)
    To << " of " << wordFor(roleWords(), static_cast<uint32_t>(T.ElementIs));
}

void Writer::record(const Record &R) {
  OS << "\nrecord " << quoted(R.Symbol);
  if (R.Id != R.Symbol)
    word(stringLiteral(R.Id));
  if (R.Outer)
    OS << " in " << quoted(R.Outer);
  access(R.Visible, Access::None);
  if (R.Is != Role::Data)
    word(wordFor(roleWords(), static_cast<uint32_t>(R.Is)));
  for (const Word &W : traitWords())
    if (R.Traits & W.Value)
      word(W.Text);
  flags(R, recordFlags());
  ownRange(R.Where);
  range(R.Body, " body");
  OS << " {\n";
  for (const Base &B : R.Bases) {
    OS << "  base " << quoted(B.Record);
    access(B.Visible, Access::Public);
    OS << (B.Virtual ? " virtual\n" : "\n");
  }
  for (Name F : R.Friends)
    OS << "  friend " << quoted(F) << '\n';
  for (const Field &F : R.Fields) {
    OS << "  field " << quoted(F.Id);
    if (F.Symbol != text::memberSymbol(R.Symbol, F.Id))
      OS << " = " << quoted(F.Symbol);
    if (F.Type != TypeRef()) {
      OS << " :";
      type(F.Type);
    }
    access(F.Visible, Access::Public);
    flags(F, fieldFlags());
    if (F.GuardedBy)
      OS << " guarded-by " << quoted(F.GuardedBy);
    range(F.Where);
    range(F.Declaration, " decl");
    range(F.TypeText, " written");
    OS << '\n';
  }
  for (const MethodRef &Method : R.Methods) {
    OS << "  method " << quoted(Method.Symbol);
    access(Method.Visible, Access::Public);
    OS << '\n';
  }
  OS << "}\n";
}

void Writer::global(const Global &G) {
  OS << "\nglobal " << quoted(G.Symbol);
  if (G.Id != G.Symbol)
    word(stringLiteral(G.Id));
  if (G.Function)
    OS << " in " << quoted(G.Function);
  if (G.Type != TypeRef()) {
    OS << " :";
    type(G.Type);
  }
  flags(G, globalFlags());
  if (G.GuardedBy)
    OS << " guarded-by " << quoted(G.GuardedBy);
  ownRange(G.Where);
  range(G.Declaration, " decl");
  OS << '\n';
}

void Writer::suppression(const Suppression &S) {
  OS << "suppress " << wordFor(suppressionWords(), static_cast<uint32_t>(S.How))
     << ' ' << S.FirstLine << " to " << S.LastLine;
  if (!S.Globs.empty()) {
    OS << " (";
    for (size_t I = 0; I < S.Globs.size(); ++I)
      OS << (I ? ", " : "") << stringLiteral(S.Globs[I]);
    OS << ')';
  }
  if (S.Reason)
    OS << " because " << stringLiteral(S.Reason);
  ownRange(S.Comment);
  OS << '\n';
}

void Writer::write(llvm::raw_ostream &To) {
  for (const Record &R : M.Records)
    record(R);
  for (const Global &G : M.Globals)
    global(G);
  for (const Function &F : M.Functions)
    function(F);
  if (!M.Suppressions.empty())
    OS << '\n';
  for (const Suppression &S : M.Suppressions)
    suppression(S);

  To << "runnel-ir 1\n";
  for (Name F : M.MainFiles)
    To << "main " << stringLiteral(F) << '\n';
  if (M.HasErrors)
    To << "has-errors\n";
  if (M.BeforeCxx17)
    To << "before-cxx17\n";
  if (M.BeforeCxx20)
    To << "before-cxx20\n";
  for (unsigned I = 0; I < Files.size(); ++I)
    To << "file " << I << ' ' << stringLiteral(Files[I]) << '\n';
  To << Body;
  bool Blank = true;
  for (auto [Spelling, N] : TypeOrder) {
    const TypeRef &T = Types[Spelling][N];
    TypeRef Plain;
    Plain.Spelling = Spelling;
    if (Defaults.isRecord(Spelling))
      Plain.Record = Spelling;
    if (T == Plain && N == 0)
      continue;
    To << (Blank ? "\ntype " : "type ") << quoted(Spelling);
    Blank = false;
    if (N)
      To << '\'' << N;
    To << " =";
    typeAttributes(To, T);
    To << '\n';
  }
  unsigned File = ~0u, OnLine = 0;
  for (auto &[Where, Start] : LineStarts) {
    if (Start == text::defaultOffset(Where.second, 1))
      continue;
    if (File != Where.first || OnLine == 12) {
      To << "\nlines " << Where.first << ':';
      File = Where.first;
      OnLine = 0;
    }
    To << ' ' << Where.second << '=' << Start;
    ++OnLine;
  }
  if (File != ~0u)
    To << '\n';
}

} // namespace text

void writeText(const Module &M, llvm::raw_ostream &OS) {
  text::Writer(M).write(OS);
}

} // namespace runnel::ir
