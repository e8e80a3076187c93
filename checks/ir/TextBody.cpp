//===- TextBody.cpp - A module from text: functions -----------------------===//

#include "checks/ir/TextParser.h"

#include "llvm/ADT/StringExtras.h"

namespace runnel::ir::text {

bool Parser::placeAhead() const {
  return peek().Is == Token::Word && valueOf(placeWords(), peek().Text);
}

/// `jobs`, `jobs%3` or `%3`; the length of \p Of if there is none.
template <typename T> uint32_t Parser::variableIndex(std::vector<T> &Of) {
  Name Id;
  if (!peek().is("%"))
    Id = name();
  if (accept("%"))
    return count();
  for (uint32_t I = 0; I < Of.size(); ++I)
    if (Of[I].Id == Id)
      return I;
  // A local needs no declaration; a parameter's number matters.
  if constexpr (std::is_same_v<T, Variable>)
    Of.emplace_back().Id = Id;
  return Of.size() - 1;
}

Place Parser::parsePlace(Function &F, std::string &Key) {
  Place P;
  if (!placeAhead()) {
    fail("expected a place");
    return P;
  }
  P.Root = static_cast<Place::Kind>(*valueOf(placeWords(), next().Text));
  switch (P.Root) {
  case Place::This:
    break;
  case Place::Param: {
    size_t Had = F.Params.size();
    P.Index = variableIndex(F.Params);
    if (F.Params.size() != Had)
      fail("the function has no parameter of this name");
    break;
  }
  case Place::Local:
    P.Index = variableIndex(F.Locals);
    break;
  case Place::Capture:
    P.Index = variableIndex(F.Captures);
    break;
  case Place::Global:
    P.Symbol = name();
    break;
  case Place::Result:
  case Place::Unknown:
    P.Index = count();
    break;
  }
  while (!Failed) {
    if (accept(".")) {
      Step &S = P.Path.emplace_back();
      S.Id = name();
      if (peek().is("(") && peek(1).is(")")) {
        next();
        next();
        S.How = Step::Call;
      }
    } else if (accept("[")) {
      Step &S = P.Path.emplace_back();
      S.How = Step::Index;
      if (peek().Is == Token::Number)
        S.Id = Name(next().Text);
      else if (!peek().is("]"))
        S.Id = name();
      expect("]");
    } else {
      break;
    }
  }
  Key = std::to_string(P.Root) + ' ' + std::to_string(P.Index) + ' ' +
        quoted(P.Symbol);
  for (const Step &S : P.Path)
    Key += ' ' + std::to_string(S.How) + quoted(S.Id);
  if (accept("'"))
    Key += "'" + std::to_string(count());
  return P;
}

PlaceId Parser::intern(Function &F, Place P, const std::string &Key) {
  auto [It, New] = States[F.Symbol].Places.try_emplace(Key, F.Places.size());
  if (New) {
    Known->resolve(F, P);
    F.Places.push_back(std::move(P));
  }
  return It->second;
}

PlaceId Parser::place(Function &F) {
  if (accept("_"))
    return NoPlace;
  std::string Key;
  Place P = parsePlace(F, Key);
  return Failed ? NoPlace : intern(F, std::move(P), Key);
}

void Parser::placeDeclaration(Function &F) {
  std::string Key;
  Place P = parsePlace(F, Key);
  if (accept("="))
    for (size_t I = 0; I < P.Path.size() && !Failed; ++I) {
      if (I)
        expect(",");
      P.Path[I].Symbol = name();
    }
  if (accept("named"))
    P.Id = name();
  PlaceId Id = Failed ? NoPlace : intern(F, std::move(P), Key);
  if (accept(":")) {
    TypeRef T = type(true);
    if (!Failed)
      F.Places[Id].Type = T;
  }
}

void Parser::variable(Variable &V) {
  V.Id = name();
  if (accept(":"))
    V.Type = type(true);
  while (more()) {
    if (range(V.Where) || rangeAfter("decl", V.Declaration) ||
        rangeAfter("written", V.TypeText))
      continue;
    if (accept("noinit"))
      V.NoInit = true;
    else if (accept("bytes"))
      V.Bytes = static_cast<uint64_t>(number());
    else
      fail("expected an attribute of a variable");
  }
}

void Parser::capture(const Function &F, Capture &C) {
  C.Id = name();
  if (accept(":"))
    C.Type = type(true);
  while (more()) {
    if (flag(C, captureFlags()) || range(C.Where))
      continue;
    if (accept("from")) {
      Sources.push_back({&M.Functions.back(), F.Captures.size() - 1, At});
      while (more() && peek().Is != Token::Location)
        next();
    } else {
      fail("expected an attribute of a capture");
    }
  }
}

void Parser::captureSources() {
  std::unordered_map<Name, Function *> BySymbol;
  for (Function &F : M.Functions)
    BySymbol.emplace(F.Symbol, &F);
  for (const PendingSource &S : Sources) {
    auto Parent = BySymbol.find(S.Lambda->Parent);
    if (Parent == BySymbol.end())
      continue;
    At = S.Token;
    PlaceId P = place(*Parent->second);
    if (Failed)
      return;
    S.Lambda->Captures[S.Capture].Source = P;
  }
}

void Parser::contract(Function &F, LockContract &C) {
  if (!enumerator(contractWords(), C.What))
    fail("expected what the contract says");
  while (more()) {
    if (placeAhead())
      C.Lock = place(F);
    else if (accept("shared"))
      C.Shared = true;
    else if (accept("if-false"))
      C.Success = false;
    else
      fail("expected an attribute of a contract");
  }
}

Operand Parser::operand(Function &F) {
  Operand O;
  O.ByReference = accept("&");
  O.Moved = accept("move");
  if (accept("_"))
    return O;
  if (peek().Is == Token::Number) {
    O.How = Operand::Number;
    O.Value = number();
  } else if (peek().Is == Token::String) {
    O.How = Operand::Text;
    O.Symbol = name();
  } else if (accept("null")) {
    O.How = Operand::Null;
  } else if (accept("nowhere")) {
    O.How = Operand::PlaceArg;
  } else if (accept("fn")) {
    O.How = Operand::FunctionArg;
    O.Symbol = name();
  } else if (accept("lambda")) {
    O.How = Operand::Lambda;
    O.Symbol = name();
    if (accept("at"))
      O.Place = place(F);
  } else {
    O.How = Operand::PlaceArg;
    O.Place = place(F);
  }
  return O;
}

void Parser::event(Function &F, Event &E) {
  Token First = next();
  std::string Mnemonic = First.Text.str();
  while (more() && peek().is(".")) {
    next();
    Mnemonic += "." + next().Text.str();
  }
  const OpWords *W = findOp(Mnemonic);
  if (!W) {
    --At;
    fail("expected an event");
    return;
  }
  E.What = W->What;
  if (W->CalleeFirst && more()) {
    if (!accept("?"))
      E.Callee = name();
    if (more() && accept("on"))
      E.Subject = place(F);
  } else if (more() && (placeAhead() || peek().is("_"))) {
    E.Subject = place(F);
  }
  eventTail(F, E, *W);
}

void Parser::eventTail(Function &F, Event &E, const OpWords &W) {
  llvm::ArrayRef<Word> Values;
  if (W.Values == OpWords::AsCall)
    Values = callKindWords();
  else if (W.Values == OpWords::AsSpawn)
    Values = spawnKindWords();
  else if (W.Values == OpWords::AsEscape)
    Values = escapeKindWords();
  while (more()) {
    uint32_t Bits;
    if (range(E.Where) || rangeAfter("in", E.Statement) ||
        enumerator(Values, E.Value))
      continue;
    if (enumerator(flagWords(), Bits)) {
      E.Flags |= Bits;
    } else if (accept(W.OtherWord)) {
      E.Other = place(F);
    } else if (accept("(")) {
      while (!Failed && !accept(")")) {
        E.Args.push_back(operand(F));
        if (!peek().is(")"))
          expect(",");
      }
    } else if (accept("callee")) {
      E.Callee = name();
    } else if (accept("as")) {
      E.Text = name();
    } else if (accept("value")) {
      E.Value = number();
      E.Flags |= ValueKnown;
    } else if (accept("raw-value")) {
      E.Value = number();
    } else if (accept("flags")) {
      E.Flags |= count();
    } else if (accept("spelled")) {
      E.Spelling = name();
    } else {
      fail("expected an attribute of an event");
    }
  }
  if (!Failed && !peek().FirstOnLine && accept("{"))
    selectCases(F, E);
}

void Parser::selectCases(Function &F, Event &E) {
  while (!Failed && !accept("}")) {
    expect("case");
    SelectCase &C = E.Cases.emplace_back();
    if (!enumerator(selectCaseWords(), C.How))
      fail("expected recv, send, timeout, otherwise or any");
    while (more()) {
      if (range(C.Where))
        continue;
      if (placeAhead())
        C.Channel = place(F);
      else if (accept("value"))
        C.Value = operand(F);
      else if (accept("do"))
        C.Handler = operand(F);
      else if (accept("named"))
        C.Named = place(F);
      else
        fail("expected an attribute of a case");
    }
  }
}

std::vector<PlaceId> Parser::placeList(Function &F) {
  std::vector<PlaceId> Places;
  expect("(");
  while (!Failed && !accept(")")) {
    Places.push_back(place(F));
    if (!peek().is(")"))
      expect(",");
  }
  return Places;
}

void Parser::condition(Function &F, Block &B) {
  Condition &C = B.Cond;
  C.Negated = accept("not");
  enumerator(conditionWords(), C.What);
  while (more() && !peek().is("->")) {
    if (range(B.TermRange) || enumerator(orderWords(), C.How))
      continue;
    if (placeAhead()) {
      C.Subject = place(F);
    } else if (accept("against")) {
      C.Against = place(F);
    } else if (peek().Is == Token::Number) {
      C.Value = number();
    } else if (peek().Is == Token::String) {
      C.Text = name();
    } else if (accept("reads")) {
      C.Reads = placeList(F);
    } else {
      fail("expected a condition");
    }
  }
}

void Parser::trips(Function &F, TripCount &T) {
  if (peek().Is == Token::Number) {
    T.What = TripCount::Known;
    T.Value = number();
    return;
  }
  T.What = TripCount::Symbolic;
  T.Text = name();
  if (accept("reads"))
    T.Reads = placeList(F);
}

void Parser::successors(Function &F) {
  Block &B = F.Blocks.back();
  if (accept("nowhere"))
    return;
  do {
    Jumps.push_back(
        {static_cast<BlockId>(F.Blocks.size() - 1), B.Succs.size(), At});
    name();
    B.Succs.push_back(0);
    bool Default = more() && accept("default");
    if (Default || (more() && accept("case"))) {
      B.CaseValues.resize(B.Succs.size());
      B.CaseValues.back().Default = Default;
      if (!Default)
        B.CaseValues.back().Value = number();
    }
  } while (more() && accept(","));
  if (!B.CaseValues.empty())
    B.CaseValues.resize(B.Succs.size());
}

bool Parser::terminatorAhead() const {
  return peek().is("leave") || peek().is("halt") ||
         (peek().Is == Token::Word && valueOf(terminatorWords(), peek().Text));
}

void Parser::terminator(Function &F) {
  Block &B = F.Blocks.back();
  if (accept("leave")) {
    B.Leaves = true;
    return;
  }
  if (accept("halt"))
    return;
  enumerator(terminatorWords(), B.Term);
  bool Plain = B.Term == Terminator::None && peek().Is == Token::Word &&
               (peek(1).FirstOnLine || peek(1).is(",") || peek(1).is("}"));
  if (!Plain) {
    condition(F, B);
    expect("->");
  }
  successors(F);
}

void Parser::blocks(Function &F) {
  bool Open = false;
  // A block that says nothing goes on to the next, unless it has returned.
  auto Finish = [&](bool Last) {
    if (!Open)
      return;
    Block &B = F.Blocks.back();
    Op LastOp = B.Events.empty() ? Op::Call : B.Events.back().What;
    if (Last || LastOp == Op::Return)
      B.Leaves = LastOp != Op::Throw;
    else if (LastOp != Op::Throw)
      B.Succs.push_back(F.Blocks.size());
    Open = false;
  };
  while (!Failed && !accept("}")) {
    if (peek().Is != Token::Word) {
      fail("expected an event");
      return;
    }
    if (peek(1).is(":")) {
      Finish(false);
      Open = true;
      if (!Labels.try_emplace(name(), F.Blocks.size()).second)
        fail("a block of this name is above");
      next();
      Block &B = F.Blocks.emplace_back();
      while (more()) {
        if (accept("catch"))
          B.Catch = true;
        else if (accept("in-try"))
          B.InTry = true;
        else if (accept("leaves"))
          B.Leaves = true;
        else if (accept("trips"))
          trips(F, B.Trips);
        else
          fail("expected an attribute of a block");
      }
      continue;
    }
    if (!Open) {
      F.Blocks.emplace_back();
      Open = true;
    }
    if (terminatorAhead()) {
      terminator(F);
      Open = false;
    } else {
      event(F, F.Blocks.back().Events.emplace_back());
    }
  }
  Finish(true);
}

bool Parser::declaration(Function &F) {
  if (accept("param"))
    variable(F.Params.emplace_back());
  else if (accept("local"))
    variable(F.Locals.emplace_back());
  else if (accept("capture"))
    capture(F, F.Captures.emplace_back());
  else if (accept("place"))
    placeDeclaration(F);
  else if (accept("contract"))
    contract(F, F.Contracts.emplace_back());
  else if (accept("overrides"))
    do
      F.Overrides.push_back(name());
    while (accept(","));
  else
    return false;
  return true;
}

void Parser::function(Function &F) {
  F.Symbol = name();
  F.Id = more() && peek().Is == Token::String ? name() : F.Symbol;
  F.Record = Known->recordOf(F);
  while (more()) {
    if (flag(F, functionFlags()) || enumerator(accessWords(), F.Visible) ||
        ownRange(F.Where) || rangeAfter("whole", F.Whole) ||
        rangeAfter("body", F.Body))
      continue;
    if (accept("of"))
      F.Record = name();
    else if (accept("in"))
      F.Parent = name();
    else if (accept("->"))
      F.Result = type(false);
    else
      fail("expected an attribute of a function");
  }
  if (!accept("{"))
    return;
  Labels.clear();
  Jumps.clear();
  while (!Failed && declaration(F))
    if (more())
      fail("expected the end of the line");
  blocks(F);
  size_t End = At;
  for (const Jump &J : Jumps) {
    if (Failed)
      return;
    At = J.Token;
    auto To = Labels.find(name());
    if (To == Labels.end()) {
      At = J.Token;
      fail("no block has this label");
      return;
    }
    F.Blocks[J.From].Succs[J.Successor] = To->second;
  }
  At = End;
}

} // namespace runnel::ir::text
