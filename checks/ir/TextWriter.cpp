//===- TextWriter.cpp - A module as text ----------------------------------===//
//
// Leaves out what the reader supplies by itself (Text.h), so that what is left
// is what a person wants to see. Line starts and types are collected on the way
// and stand at the end of the file. Guarded by test/ir/RoundTripTest.cpp.
//
//===----------------------------------------------------------------------===//

#include "checks/ir/Serialize.h"
#include "checks/ir/Text.h"
#include "checks/ir/Words.h"

#include "llvm/Support/Format.h"

#include <map>

namespace runnel::ir {

namespace {

using text::quoted;
using text::stringLiteral;

/// The printed names, with a number where two places print alike.
std::vector<std::string> placeNames(const Function &F) {
  std::vector<std::string> Names;
  std::unordered_map<std::string, unsigned> Taken;
  for (PlaceId Id = 0; Id < F.Places.size(); ++Id) {
    Names.push_back(print(F, Id));
    if (unsigned Nth = Taken[Names.back()]++)
      Names.back() += "'" + std::to_string(Nth);
  }
  return Names;
}

class Writer {
public:
  Writer(const Module &M) : M(M), Defaults(M) {
    for (const Function &F : M.Functions)
      BySymbol.emplace(F.Symbol, &F);
  }
  void write(llvm::raw_ostream &To);

private:
  void record(const Record &R);
  void global(const Global &G);
  void suppression(const Suppression &S);
  void function(const Function &F);
  void variables(const char *Word, const std::vector<Variable> &Of);
  void capture(const Function &F, const Capture &C);
  void block(BlockId Id, const Block &B);
  void event(const Event &E);
  void terminator(const Block &B);

  void enter(const Function &F);
  void word(llvm::StringRef W) { OS << ' ' << W; }
  void symbol(Name N) { word(quoted(N)); }
  void place(PlaceId P);
  void operand(const Operand &O);
  void reads(const std::vector<PlaceId> &Places);
  void type(const TypeRef &T);
  void typeAttributes(llvm::raw_ostream &To, const TypeRef &T);
  void range(const Range &R, const char *Before = "");
  /// The place of an entity: files left out after it are its own, those before
  /// it the main file.
  void ownRange(const Range &R) {
    Here = M.MainFiles.empty() ? Name() : M.MainFiles[0];
    range(R);
    if (R.valid())
      Here = R.Begin.File;
  }
  template <typename T> void flags(const T &Of, llvm::ArrayRef<Flag<T>> Flags) {
    for (const Flag<T> &F : Flags)
      if (Of.*F.Member)
        word(F.Text);
  }
  void access(Access A, Access Default) {
    if (A != Default)
      word(wordFor(accessWords(), static_cast<uint32_t>(A)));
  }
  unsigned fileNumber(Name File);

  const Module &M;
  text::Defaults Defaults;
  std::unordered_map<Name, const Function *> BySymbol;

  std::string Body;
  llvm::raw_string_ostream OS{Body};
  std::vector<Name> Files;
  std::unordered_map<Name, unsigned> FileNumbers;
  std::map<std::pair<unsigned, uint32_t>, uint32_t> LineStarts;
  std::unordered_map<Name, std::vector<TypeRef>> Types;
  std::vector<std::pair<Name, unsigned>> TypeOrder;

  Name Here; ///< the file of the entity that is being written
  std::vector<std::string> PlaceNames; ///< of the function being written
  const Function *NamesOf = nullptr;
  std::vector<std::string> ParentNames; ///< of NamesOf
};

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

/// Names the places of \p F, and declares those whose name does not say all.
void Writer::enter(const Function &F) {
  PlaceNames = placeNames(F);
  for (PlaceId Id = 0; Id < F.Places.size(); ++Id) {
    const Place &P = F.Places[Id];
    Place Plain = P;
    Plain.Id = {};
    for (Step &S : Plain.Path)
      S.Symbol = {};
    Defaults.resolve(F, Plain);
    bool Symbols = Plain.Path != P.Path;
    if (Symbols) {
      // The type follows from the symbols, once they are given.
      Plain = P;
      Plain.Id = {};
      Defaults.resolve(F, Plain);
    }
    bool Named = Plain.Id != P.Id, Type = Plain.Type != P.Type;
    if (!Symbols && !Named && !Type)
      continue;
    OS << "  place " << PlaceNames[Id];
    if (Symbols)
      for (size_t I = 0; I < P.Path.size(); ++I)
        OS << (I ? ", " : " = ") << quoted(P.Path[I].Symbol);
    if (Named)
      OS << " named " << quoted(P.Id);
    if (Type) {
      OS << " :";
      type(P.Type);
    }
    OS << '\n';
  }
}

void Writer::place(PlaceId P) {
  OS << ' ';
  if (P < PlaceNames.size())
    OS << PlaceNames[P];
  else
    OS << '_';
}

void Writer::operand(const Operand &O) {
  if (O.ByReference)
    OS << "&";
  if (O.Moved)
    OS << "move ";
  switch (O.How) {
  case Operand::Other:
    OS << '_';
    break;
  case Operand::PlaceArg:
    OS << (O.Place < PlaceNames.size() ? PlaceNames[O.Place] : "nowhere");
    break;
  case Operand::Lambda:
    OS << "lambda " << quoted(O.Symbol);
    if (O.Place < PlaceNames.size())
      OS << " at " << PlaceNames[O.Place];
    break;
  case Operand::FunctionArg:
    OS << "fn " << quoted(O.Symbol);
    break;
  case Operand::Number:
    OS << O.Value;
    break;
  case Operand::Null:
    OS << "null";
    break;
  case Operand::Text:
    OS << stringLiteral(O.Symbol);
    break;
  }
}

void Writer::event(const Event &E) {
  const OpWords &W = opWords(E.What);
  OS << "  " << W.Mnemonic;
  if (W.CalleeFirst) {
    word(E.Callee ? quoted(E.Callee) : "?");
    if (E.Subject != NoPlace) {
      OS << " on";
      place(E.Subject);
    }
  } else if (E.Subject != NoPlace) {
    place(E.Subject);
  }
  if (E.Other != NoPlace) {
    word(W.OtherWord);
    place(E.Other);
  }
  if (!E.Args.empty()) {
    OS << " (";
    for (size_t I = 0; I < E.Args.size(); ++I) {
      OS << (I ? ", " : "");
      operand(E.Args[I]);
    }
    OS << ')';
  }
  if (!W.CalleeFirst && E.Callee)
    OS << " callee " << quoted(E.Callee);
  if (E.Text)
    OS << " as " << stringLiteral(E.Text);

  llvm::ArrayRef<Word> Values;
  switch (W.Values) {
  case OpWords::Plain:
    break;
  case OpWords::AsCall:
    Values = callKindWords();
    break;
  case OpWords::AsSpawn:
    Values = spawnKindWords();
    break;
  case OpWords::AsEscape:
    Values = escapeKindWords();
    break;
  }
  llvm::StringRef ValueWord;
  if (E.Value >= 0 && E.Value < 64 && !E.has(ValueKnown))
    ValueWord = wordFor(Values, static_cast<uint32_t>(E.Value));
  if (E.has(ValueKnown))
    OS << " value " << E.Value;
  else if (ValueWord.empty() && E.Value != 0)
    OS << " raw-value " << E.Value;
  else if (E.Value != 0 || W.Values == OpWords::AsSpawn ||
           W.Values == OpWords::AsEscape)
    word(ValueWord);

  uint32_t Rest = E.Flags & ~ValueKnown;
  for (const Word &F : flagWords())
    if (E.has(F.Value)) {
      word(F.Text);
      Rest &= ~F.Value;
    }
  if (Rest)
    OS << " flags " << Rest;
  if (E.Spelling)
    OS << " spelled " << stringLiteral(E.Spelling);
  range(E.Where);
  range(E.Statement, " in");
  if (!E.Cases.empty()) {
    OS << " {\n";
    for (const SelectCase &C : E.Cases) {
      OS << "    case " << wordFor(selectCaseWords(), C.How);
      if (C.Channel != NoPlace)
        place(C.Channel);
      if (C.Value != Operand()) {
        OS << " value ";
        operand(C.Value);
      }
      if (C.Handler != Operand()) {
        OS << " do ";
        operand(C.Handler);
      }
      if (C.Named != NoPlace) {
        OS << " named";
        place(C.Named);
      }
      range(C.Where);
      OS << '\n';
    }
    OS << "  }";
  }
  OS << '\n';
}

void Writer::reads(const std::vector<PlaceId> &Places) {
  for (size_t I = 0; I < Places.size(); ++I) {
    OS << (I ? ", " : " reads (");
    OS << (Places[I] < PlaceNames.size() ? PlaceNames[Places[I]] : "_");
  }
  OS << (Places.empty() ? "" : ")");
}

void Writer::terminator(const Block &B) {
  const Condition &C = B.Cond;
  if (B.Succs.empty() && B.Term == Terminator::None && C == Condition() &&
      B.TermRange == Range() && B.CaseValues.empty()) {
    OS << (B.Leaves ? "  leave\n" : "  halt\n");
    return;
  }
  OS << "  " << wordFor(terminatorWords(), static_cast<uint32_t>(B.Term));
  if (C.Negated)
    OS << " not";
  if (C.What != Condition::None)
    word(wordFor(conditionWords(), C.What));
  if (C.Subject != NoPlace)
    place(C.Subject);
  if (C.What == Condition::Compare || C.How != Condition::EQ)
    word(wordFor(orderWords(), C.How));
  if (C.Against != NoPlace) {
    OS << " against";
    place(C.Against);
  }
  if (C.Value != 0 || (C.What == Condition::Compare && C.Against == NoPlace) ||
      C.What == Condition::SelectWon || C.What == Condition::Constant)
    OS << ' ' << C.Value;
  if (C.Text)
    word(stringLiteral(C.Text));
  reads(C.Reads);
  range(B.TermRange);
  bool Plain = B.Term == Terminator::None && C == Condition() &&
               B.TermRange == Range() && B.CaseValues.empty();
  OS << (Plain ? " " : " -> ");
  if (B.Succs.empty())
    OS << "nowhere";
  for (size_t I = 0; I < B.Succs.size(); ++I) {
    OS << (I ? ", bb" : "bb") << B.Succs[I];
    if (I < B.CaseValues.size()) {
      if (B.CaseValues[I].Default)
        OS << " default";
      else
        OS << " case " << B.CaseValues[I].Value;
    }
  }
  OS << '\n';
}

void Writer::block(BlockId Id, const Block &B) {
  OS << "bb" << Id << ':';
  if (B.Catch)
    OS << " catch";
  if (B.InTry)
    OS << " in-try";
  if (B.Leaves && !(B.Succs.empty() && B.Term == Terminator::None &&
                    B.Cond == Condition() && B.TermRange == Range() &&
                    B.CaseValues.empty()))
    OS << " leaves";
  if (B.Trips.What == TripCount::Known)
    OS << " trips " << B.Trips.Value;
  if (B.Trips.What == TripCount::Symbolic) {
    OS << " trips " << stringLiteral(B.Trips.Text);
    reads(B.Trips.Reads);
  }
  OS << '\n';
  for (const Event &E : B.Events)
    event(E);
  terminator(B);
}

void Writer::variables(const char *What, const std::vector<Variable> &Of) {
  for (const Variable &V : Of) {
    OS << "  " << What << ' ' << quoted(V.Id);
    if (V.Type != TypeRef()) {
      OS << " :";
      type(V.Type);
    }
    if (V.NoInit)
      OS << " noinit";
    range(V.Where);
    range(V.Declaration, " decl");
    range(V.TypeText, " written");
    OS << '\n';
  }
}

void Writer::capture(const Function &F, const Capture &C) {
  OS << "  capture " << quoted(C.Id);
  if (C.Type != TypeRef()) {
    OS << " :";
    type(C.Type);
  }
  flags(C, captureFlags());
  auto Parent = BySymbol.find(F.Parent);
  if (C.Source != NoPlace && Parent != BySymbol.end()) {
    if (NamesOf != Parent->second)
      ParentNames = placeNames(*(NamesOf = Parent->second));
    OS << " from " << ParentNames[C.Source];
  }
  range(C.Where);
  OS << '\n';
}

void Writer::function(const Function &F) {
  OS << "\nfunc " << quoted(F.Symbol);
  if (F.Id != F.Symbol)
    word(stringLiteral(F.Id));
  if (F.Record != Defaults.recordOf(F))
    OS << " of " << quoted(F.Record);
  if (F.Parent)
    OS << " in " << quoted(F.Parent);
  access(F.Visible, Access::None);
  flags(F, functionFlags());
  if (F.Result != TypeRef()) {
    OS << " ->";
    type(F.Result);
  }
  ownRange(F.Where);
  range(F.Whole, " whole");
  range(F.Body, " body");
  std::string Header = std::move(Body);
  Body.clear();
  variables("param", F.Params);
  variables("local", F.Locals);
  for (const Capture &C : F.Captures)
    capture(F, C);
  if (!F.Overrides.empty()) {
    OS << "  overrides";
    for (size_t I = 0; I < F.Overrides.size(); ++I)
      OS << (I ? ", " : " ") << quoted(F.Overrides[I]);
    OS << '\n';
  }
  enter(F);
  for (const LockContract &C : F.Contracts) {
    OS << "  contract " << wordFor(contractWords(), C.What);
    if (C.Lock != NoPlace)
      place(C.Lock);
    OS << (C.Shared ? " shared" : "") << (C.Success ? "\n" : " if-false\n");
  }
  for (BlockId I = 0; I < F.Blocks.size(); ++I)
    block(I, F.Blocks[I]);
  std::string Inside = std::move(Body);
  Body = std::move(Header);
  if (Inside.empty())
    OS << '\n';
  else
    OS << " {\n" << Inside << "}\n";
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

} // namespace

void writeText(const Module &M, llvm::raw_ostream &OS) { Writer(M).write(OS); }

} // namespace runnel::ir
