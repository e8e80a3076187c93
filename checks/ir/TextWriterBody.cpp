//===- TextWriterBody.cpp - A module as text: functions -------------------===//

#include "checks/ir/Serialize.h"
#include "checks/ir/TextWriter.h"

namespace runnel::ir::text {

/// The printed names, with a number where two places print alike.
static std::vector<std::string> placeNames(const Function &F) {
  std::vector<std::string> Names;
  std::unordered_map<std::string, unsigned> Taken;
  for (PlaceId Id = 0; Id < F.Places.size(); ++Id) {
    Names.push_back(print(F, Id));
    if (unsigned Nth = Taken[Names.back()]++)
      Names.back() += "'" + std::to_string(Nth);
  }
  return Names;
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
    if (V.Bytes)
      OS << " bytes " << V.Bytes;
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

} // namespace runnel::ir::text
