//===- ProtocolFlow.cpp - Branches, loops and what they decide ------------===//
//
// How the machine gets from one block to the next: conditions it can read,
// those it cannot (decided once, then kept), and loops that run a known number
// of times.
//
//===----------------------------------------------------------------------===//

#include "checks/analysis/ProtocolMachine.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

namespace runnel::analysis::protocol {

/// Larger numbers are cut down to this and beyond, in their order, so that a
/// loop of 100 and a buffer of 100 still agree.
static constexpr int64_t Small = 12;

static bool isCommunication(ir::Op What) {
  switch (What) {
  case ir::Op::Send:
  case ir::Op::Recv:
  case ir::Op::Select:
  case ir::Op::Spawn:
  case ir::Op::Wait:
  case ir::Op::Notify:
  case ir::Op::CountAdd:
  case ir::Op::CountDone:
  case ir::Op::CountWait:
  case ir::Op::Close:
    return true;
  default:
    return false;
  }
}

bool Machine::communicates(const ir::Function &F,
                           std::set<const ir::Function *> &Seen) {
  if (!Seen.insert(&F).second)
    return false;
  for (const ir::Block &B : F.Blocks)
    for (const ir::Event &E : B.Events) {
      if (isCommunication(E.What))
        return true;
      if (E.What == ir::Op::Call)
        if (const ir::Function *Callee = P.function(E.Callee))
          if (communicates(*Callee, Seen))
            return true;
    }
  return false;
}

const Machine::Flow &Machine::flow(const ir::Function &F) {
  auto [It, New] = Flows.try_emplace(&F);
  Flow &Result = It->second;
  if (!New)
    return Result;
  size_t N = F.Blocks.size();
  uint32_t Events = 0;
  Result.Shared.resize(F.Locals.size());
  auto Share = [&](ir::PlaceId Place) {
    if (Place == ir::NoPlace || Place >= F.Places.size())
      return;
    const ir::Place &Pl = F.place(Place);
    if (Pl.Root == ir::Place::Local && Pl.Path.empty() &&
        Pl.Index < F.Locals.size() && F.Locals[Pl.Index].Type.Scalar)
      Result.Shared[Pl.Index] = true;
  };
  for (const ir::Function *Lambda : P.lambdas(F.Symbol))
    for (const ir::Capture &C : Lambda->Captures)
      if (C.ByReference)
        Share(C.Source);
  for (const ir::Block &B : F.Blocks)
    for (const ir::Event &E : B.Events) {
      if (E.What == ir::Op::Call || E.What == ir::Op::Spawn)
        for (const ir::Operand &A : E.Args)
          if (A.ByReference && A.How == ir::Operand::PlaceArg)
            Share(A.Place);
      if (E.What == ir::Op::Access && E.has(ir::AddressTaken))
        Share(E.Subject);
      if (E.What == ir::Op::Recv && E.has(ir::Ranged))
        Result.Ranged.insert(E.Other);
    }
  Result.InLoop.resize(N);
  Result.Communicates.resize(N);
  Result.Passes.resize(N);
  std::vector<std::vector<ir::BlockId>> Preds(N);
  for (ir::BlockId B = 0; B != N; ++B) {
    Result.FirstEvent.push_back(Events);
    Events += F.Blocks[B].Events.size();
    for (ir::BlockId Succ : F.Blocks[B].Succs)
      Preds[Succ].push_back(B);
  }
  for (ir::BlockId Head = 0; Head != N; ++Head) {
    const ir::Block &B = F.Blocks[Head];
    if (B.Term == ir::Terminator::Try && !B.Succs.empty())
      // Code that is not here may throw before the body has done anything.
      for (const ir::Event &E : F.Blocks[B.Succs[0]].Events) {
        if (isCommunication(E.What))
          break;
        const ir::Function *Callee = P.function(E.Callee);
        if (E.What == ir::Op::Call && E.has(ir::MayThrow) &&
            !E.has(ir::SystemCallee) && (!Callee || !Callee->Defined))
          Result.MayThrow.insert(Head);
      }
    if (B.Term != ir::Terminator::While && B.Term != ir::Terminator::Do &&
        B.Term != ir::Terminator::For && B.Term != ir::Terminator::RangeFor)
      continue;
    // The loop: what the body's entry reaches and what reaches the head, the
    // head itself removed.
    if (B.Succs.empty())
      continue;
    std::vector<bool> Forward(N), Backward(N);
    std::vector<ir::BlockId> Work{B.Succs[0]};
    while (!Work.empty()) {
      ir::BlockId At = Work.back();
      Work.pop_back();
      if (At == Head || Forward[At])
        continue;
      Forward[At] = true;
      for (ir::BlockId Succ : F.Blocks[At].Succs)
        Work.push_back(Succ);
    }
    Work.assign(1, Head);
    while (!Work.empty()) {
      ir::BlockId At = Work.back();
      Work.pop_back();
      for (ir::BlockId Pred : Preds[At])
        if (Pred != Head && !Backward[Pred]) {
          Backward[Pred] = true;
          Work.push_back(Pred);
        }
    }
    std::vector<bool> Body(N);
    std::set<const ir::Function *> Seen;
    for (ir::BlockId At = 0; At != N; ++At) {
      Body[At] = Forward[At] && Backward[At];
      if (!Body[At])
        continue;
      for (const ir::Event &E : F.Blocks[At].Events) {
        bool Talks = isCommunication(E.What);
        if (E.What == ir::Op::Send || E.What == ir::Op::Recv)
          Result.Passes[Head] = true;
        if (E.What == ir::Op::Call)
          if (const ir::Function *Callee = P.function(E.Callee))
            Talks |= communicates(*Callee, Seen);
        if (Talks)
          Result.Communicates[Head] = true;
      }
    }
    Result.InLoop[Head] = std::move(Body);
  }
  return Result;
}

Question Machine::question(State &S, int32_t Number, ir::Name Text,
                           const std::vector<ir::PlaceId> &Reads) {
  Question Asked{Text, {}};
  for (ir::PlaceId Place : Reads) {
    Value V = resolve(S, Number, Place);
    if (V == Value{}) {
      // Not followed further than its name: the same path from the same root.
      const Frame &F = S.Processes[Number].top();
      const ir::Place &Pl = F.F->place(Place);
      V = symbolFor(Number, S.Processes[Number].Stack.size(), 900);
      if (Pl.Root == ir::Place::Param && Pl.Index < F.Params.size())
        V = F.Params[Pl.Index];
      else if (Pl.Root == ir::Place::Local && Pl.Index < F.Locals.size())
        V = F.Locals[Pl.Index];
      else if (Pl.Root == ir::Place::Capture && Pl.Index < F.Captures.size())
        V = F.Captures[Pl.Index];
      else if (Pl.Root == ir::Place::This)
        V = F.This;
    }
    Asked.Reads.push_back(V);
  }
  return Asked;
}

/// Whether \p Text uses the identifier \p Id.
static bool mentions(llvm::StringRef Text, llvm::StringRef Id) {
  auto Inside = [](char C) { return llvm::isAlnum(C) || C == '_'; };
  for (size_t At = Text.find(Id); At != llvm::StringRef::npos;
       At = Text.find(Id, At + 1)) {
    size_t End = At + Id.size();
    if ((At == 0 || !Inside(Text[At - 1])) &&
        (End == Text.size() || !Inside(Text[End])))
      return true;
  }
  return false;
}

/// What was decided about a place that is written now may be so no longer.
void Machine::forget(State &S, int32_t Number, ir::PlaceId Written) {
  if (Written == ir::NoPlace || S.Choices.empty())
    return;
  const Frame &F = S.Processes[Number].top();
  const ir::Place &Pl = F.F->place(Written);
  ir::Name Id;
  if (!Pl.Path.empty())
    Id = Pl.Path.back().Id;
  else if (Pl.Root == ir::Place::Local && Pl.Index < F.F->Locals.size())
    Id = F.F->Locals[Pl.Index].Id;
  else if (Pl.Root == ir::Place::Param && Pl.Index < F.F->Params.size())
    Id = F.F->Params[Pl.Index].Id;
  else if (Pl.Root == ir::Place::Capture && Pl.Index < F.F->Captures.size())
    Id = F.F->Captures[Pl.Index].Id;
  if (Id.empty())
    return;
  std::erase_if(S.Choices, [&](const auto &Each) {
    return mentions(Each.first.Text.str(), Id.str());
  });
}

/// How often the loop runs; every length that is tried, if it is not known.
int32_t Machine::length(State &S, int32_t Number, const ir::TripCount &T,
                        std::vector<int32_t> &Ways) {
  if (T.What == ir::TripCount::Known)
    return static_cast<int32_t>(T.Value <= Small ? T.Value
                                                 : Small + (T.Value > Small));
  // A container that was filled before our eyes.
  if (T.Reads.size() == 1 && T.Text.str().ends_with(".size()"))
    if (Object *O = object(S, resolve(S, Number, T.Reads[0]));
        O && O->Container && O->Sized && !O->External)
      return O->Count;
  // `n`, whose value is known here.
  if (T.Reads.size() == 1 && llvm::all_of(T.Text.str(), [](char Ch) {
        return llvm::isAlnum(Ch) || Ch == '_';
      }))
    if (const Value V = resolve(S, Number, T.Reads[0]);
        V.How == Value::Number && V.Id >= 0)
      return std::min(V.Id, static_cast<int32_t>(Small) + 1);
  Question Key = question(S, Number, T.Text, T.Reads);
  auto It = S.Choices.find(Key);
  if (It != S.Choices.end())
    return It->second;
  Ways = {1, 2};
  return -1;
}

/// Whether \p L `> 1` and its like holds; \p Text: the sign and the number.
static std::optional<bool> compared(int64_t L, llvm::StringRef Text) {
  llvm::StringRef Sign = Text.take_while(
      [](char Ch) { return Ch == '<' || Ch == '>' || Ch == '=' || Ch == '!'; });
  int64_t R;
  if (Text.substr(Sign.size()).getAsInteger(10, R))
    return std::nullopt;
  if (Sign == "==")
    return L == R;
  if (Sign == "!=")
    return L != R;
  if (Sign == "<")
    return L < R;
  if (Sign == "<=")
    return L <= R;
  if (Sign == ">")
    return L > R;
  if (Sign == ">=")
    return L >= R;
  return std::nullopt;
}

/// `items.empty()`, `items.size() > 1` of a container that was filled before
/// our eyes.
std::optional<bool> Machine::aboutSize(State &S, int32_t Number,
                                       const ir::Condition &C) {
  if (C.Reads.size() != 1)
    return std::nullopt;
  Object *O = object(S, resolve(S, Number, C.Reads[0]));
  if (!O || !O->Container || !O->Sized || O->External)
    return std::nullopt;
  llvm::StringRef Text = C.Text.str();
  if (Text.ends_with(".empty()"))
    return O->Count == 0;
  size_t At = Text.rfind(".size()");
  if (At == Text.npos)
    return std::nullopt;
  Text = Text.substr(At + 7);
  return compared(O->Count, Text);
}

/// The number in an atomic, if \p C asks about it alone: `state`, `n.load()`,
/// `n > 0`; \p Rest: the comparison.
std::optional<int64_t> Machine::atomicIn(State &S, int32_t Number,
                                         const ir::Condition &C,
                                         llvm::StringRef &Rest) {
  if (C.Reads.size() != 1 ||
      S.Processes[Number].top().F->place(C.Reads[0]).Type.Is !=
          ir::Role::Atomic)
    return std::nullopt;
  Value V = resolve(S, Number, C.Reads[0]);
  if (V.How != Value::Number)
    return std::nullopt;
  llvm::StringRef Text = C.Text.str();
  Rest = Text.substr(std::min(Text.find_first_of("<>=!"), Text.size()));
  Text = Text.drop_back(Rest.size());
  Text.consume_back(".load()");
  if (!llvm::all_of(Text, [](char Ch) {
        return llvm::isAlnum(Ch) || Ch == '_' || Ch == '.' || Ch == ':';
      }))
    return std::nullopt;
  return V.Id;
}

/// `ctx.err()` of a context that we see whole.
std::optional<bool> Machine::aboutContext(State &S, int32_t Number,
                                          const ir::Condition &C) {
  if (C.Reads.size() != 1 || !C.Text.str().ends_with("err()"))
    return std::nullopt;
  const Object *O = object(S, resolve(S, Number, C.Reads[0]));
  if (!O || O->How != Object::Context)
    return std::nullopt;
  if (cancelled(S, *O))
    return true;
  if (mayBeCancelled(S, *O))
    return std::nullopt;
  return false;
}

/// The way a switch goes with \p Value; false if there is none for it.
static bool switchTo(const ir::Block &B, int64_t Value,
                     std::vector<int32_t> &Ways) {
  int32_t Default = -1;
  for (size_t I = 0; I != B.CaseValues.size(); ++I) {
    if (B.CaseValues[I].Default) {
      Default = static_cast<int32_t>(I);
    } else if (B.CaseValues[I].Value == Value) {
      Ways.push_back(static_cast<int32_t>(I));
      return true;
    }
  }
  if (Default >= 0)
    Ways.push_back(Default);
  return Default >= 0;
}

/// Appends the successors control may take; false if the run must be given up.
bool Machine::decide(State &S, int32_t Number, const ir::Block &B,
                     std::vector<int32_t> &Ways) {
  Frame &F = S.Processes[Number].top();
  const ir::Condition &C = B.Cond;
  auto Either = [&](bool Holds) {
    Ways.push_back(Holds != C.Negated ? 0 : 1);
    return true;
  };
  switch (C.What) {
  case ir::Condition::Constant:
    return Either(C.Value != 0);
  case ir::Condition::Received: {
    auto It = F.Received.find(C.Subject);
    if (It != F.Received.end())
      return Either(It->second);
    break;
  }
  case ir::Condition::Owns: {
    auto It = F.Owned.find(C.Subject);
    if (It != F.Owned.end())
      return Either(It->second);
    Value V = resolve(S, Number, C.Subject);
    if (Object *O = object(S, V); O && O->How == Object::Guard)
      return Either(O->Owns);
    break;
  }
  case ir::Condition::SelectWon:
    if (F.Won >= 0 && !B.Succs.empty() && B.Term != ir::Terminator::Switch)
      return Either(F.Won == C.Value);
    if (F.Won >= 0 && B.Term == ir::Terminator::Switch)
      return switchTo(B, F.Won, Ways);
    break;
  case ir::Condition::Truth: {
    // A named case of a select: whether it has brought a value.
    if (auto It = F.Received.find(C.Subject);
        It != F.Received.end() && B.Term != ir::Terminator::Switch)
      return Either(It->second);
    Value V = resolve(S, Number, C.Subject);
    if (B.Term == ir::Terminator::Switch) {
      if (V.How == Value::Number && switchTo(B, V.Id, Ways))
        return true;
      break;
    }
    if (V.How == Value::Nil)
      return Either(false);
    if (V.How == Value::Number)
      return Either(V.Id != 0);
    break;
  }
  case ir::Condition::Compare: {
    // `it == items.end()`: what is looked for is there, if anything is.
    if (C.Against != ir::NoPlace && !F.F->place(C.Against).Path.empty() &&
        F.F->place(C.Against).Path.back().Id == "end" &&
        (C.How == ir::Condition::EQ || C.How == ir::Condition::NE)) {
      ir::Place Of = F.F->place(C.Against);
      Of.Path.pop_back();
      Value Base = root(S, Number, Of);
      for (const ir::Step &Step : Of.Path)
        Base = step(S, Number, Base, Step, ir::TypeRef());
      if (Object *O = object(S, Base);
          O && O->Container && O->Sized && !O->External)
        return Either((O->Count == 0) == (C.How == ir::Condition::EQ));
    }
    Value V = resolve(S, Number, C.Subject);
    if (V.How != Value::Number || C.Against != ir::NoPlace)
      break;
    int64_t L = V.Id, R = C.Value;
    switch (C.How) {
    case ir::Condition::EQ:
      return Either(L == R);
    case ir::Condition::NE:
      return Either(L != R);
    case ir::Condition::LT:
      return Either(L < R);
    case ir::Condition::LE:
      return Either(L <= R);
    case ir::Condition::GT:
      return Either(L > R);
    case ir::Condition::GE:
      return Either(L >= R);
    }
    break;
  }
  case ir::Condition::Opaque:
    if (std::optional<bool> Holds = aboutSize(S, Number, C))
      return Either(*Holds);
    if (llvm::StringRef Rest;
        std::optional<int64_t> N = atomicIn(S, Number, C, Rest)) {
      if (B.Term != ir::Terminator::Switch) {
        std::optional<bool> Holds = Rest.empty() ? *N != 0 : compared(*N, Rest);
        if (Holds)
          return Either(*Holds);
      } else if (Rest.empty() && switchTo(B, *N, Ways)) {
        return true;
      }
    }
    if (std::optional<bool> Ended = aboutContext(S, Number, C))
      return Either(*Ended);
    break;
  case ir::Condition::None:
    break;
  }
  // It cannot be read: both ways, but the same way as long as nothing says that
  // it is asked anew. The same block asking again is a loop coming round.
  if (C.Text && B.Succs.size() == 2) {
    Question Key = question(S, Number, C.Text, C.Reads);
    auto Known = S.Choices.find(Key);
    auto Where = F.Decided.find(Key);
    bool Again = Where != F.Decided.end() && Where->second == F.Block;
    if (Known != S.Choices.end() && !Again)
      return Either(Known->second != 0);
  }
  for (size_t I = 0; I != B.Succs.size(); ++I)
    Ways.push_back(static_cast<int32_t>(I));
  return true;
}

/// Moves process \p Number past the end of its block, every way it can go.
void Machine::branch(State &S, int32_t Number, std::vector<State> &Forks) {
  Process &Pr = S.Processes[Number];
  Frame &F = Pr.top();
  const ir::Function &Fn = *F.F;
  const ir::Block &B = Fn.Blocks[F.Block];
  const Flow &Fl = flow(Fn);
  auto Go = [&](State Next, ir::BlockId To) {
    account(Next);
    Frame &Top = Next.Processes[Number].top();
    // Entering a loop from outside starts its count again.
    if (!Fl.InLoop[To].empty() && !Fl.InLoop[To][Top.Block] && To != Top.Block)
      Top.Loops.erase(To);
    Top.Block = To;
    Top.Index = 0;
    Forks.push_back(std::move(Next));
  };
  if (B.Succs.empty())
    return; // exit(), abort(): the whole program is gone, nobody waits
  if (B.Succs.size() == 1) {
    Go(std::move(S), B.Succs[0]);
    return;
  }
  bool Head = !Fl.InLoop[F.Block].empty();
  if (Head && B.Trips.What != ir::TripCount::Unknown) {
    std::vector<int32_t> Lengths;
    int32_t Known = length(S, Number, B.Trips, Lengths);
    bool Symbolic = !Lengths.empty();
    if (!Symbolic)
      Lengths.push_back(Known);
    for (int32_t Length : Lengths) {
      State Next = S;
      Frame &Top = Next.Processes[Number].top();
      if (Symbolic)
        Next.Choices[question(Next, Number, B.Trips.Text, B.Trips.Reads)] =
            Length;
      // A number of values that is written out and one that is only guessed may
      // well agree in the running program.
      if (Known >= 2 && B.Trips.What == ir::TripCount::Known &&
          Fl.Passes[F.Block])
        Next.Counted = true;
      if (Symbolic && Fl.Communicates[F.Block])
        Next.Guessed = true;
      if (Next.Counted && Next.Guessed && Fl.Communicates[F.Block])
        Next.Processes[Number].Tainted = true;
      int32_t &Begun = Top.Loops[Top.Block];
      bool More = Begun < Length;
      if (More)
        ++Begun;
      else
        Top.Loops.erase(Top.Block);
      Go(std::move(Next), B.Succs[More ? 0 : 1]);
    }
    return;
  }
  if (B.Term == ir::Terminator::Try && !Fl.MayThrow.count(F.Block)) {
    Go(std::move(S), B.Succs[0]);
    return;
  }
  std::vector<int32_t> Ways;
  if (!decide(S, Number, B, Ways))
    return;
  for (int32_t Way : Ways) {
    State Next = S;
    Process &Same = Next.Processes[Number];
    if (Ways.size() > 1 && B.Cond.Text && B.Succs.size() == 2) {
      Question Key = question(Next, Number, B.Cond.Text, B.Cond.Reads);
      Next.Choices[Key] = (Way == 0) != B.Cond.Negated;
      Same.top().Decided[Key] = F.Block;
    }
    // What others may have a say in: members, what is captured, what a call
    // answers.
    if (Ways.size() > 1 && B.Cond.What != ir::Condition::None)
      Same.Guessed |=
          B.Cond.Reads.empty() ||
          llvm::any_of(B.Cond.Reads, [&](ir::PlaceId Read) {
            const ir::Place &Pl = Fn.place(Read);
            return !Pl.Path.empty() ||
                   (Pl.Root != ir::Place::Local && Pl.Root != ir::Place::Param);
          });
    // How often a loop of unknown length runs is nobody's bug: what depends on
    // it is not reported.
    if (Head && Ways.size() > 1 && Way == 1 && Fl.Communicates[F.Block])
      Same.Tainted = true;
    Go(std::move(Next), B.Succs[Way]);
  }
}

} // namespace runnel::analysis::protocol
