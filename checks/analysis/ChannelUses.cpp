//===- ChannelUses.cpp - Following a channel through the program ----------===//

#include "checks/analysis/ChannelUses.h"
#include "checks/analysis/Paths.h"

#include "llvm/ADT/STLExtras.h"

#include <map>
#include <set>

namespace runnel::analysis {

using ir::Op;

bool ChannelUse::waits() const {
  const ir::Event &E = event();
  if (inSelect())
    return E.Cases.size() == 1;
  return !E.has(ir::Try | ir::WithTimeout);
}

bool ChannelLife::any(ChannelUse::Kind What) const {
  return first(What) != nullptr;
}

const ChannelUse *ChannelLife::first(ChannelUse::Kind What) const {
  for (const ChannelUse &U : Uses)
    if (U.What == What)
      return &U;
  return nullptr;
}

namespace {

constexpr uint32_t UnknownGoroutine = ~0u;

/// Follows one channel.
class Follower {
public:
  Follower(const ir::Program &P, ChannelLife &Life) : P(P), Life(Life) {}

  /// \p Names: the places of \p F that are the channel.
  void follow(const ir::Function &F, std::set<ir::PlaceId> Names,
              uint32_t Goroutine, bool Repeated, const ir::Event *Made) {
    if (!Seen.insert({&F, *Names.begin()}).second)
      return;
    if (Seen.size() > 64) {
      Life.Escapes = true;
      return;
    }
    // Other names for it, made by copies.
    for (bool Grown = true; Grown;) {
      Grown = false;
      forEachEvent(F, [&](Point, const ir::Event &E) {
        if (E.What != Op::Assign || E.Args.empty() || !is(Names, E.Args[0]) ||
            Names.count(E.Subject))
          return;
        const ir::Place &To = F.place(E.Subject);
        if (To.Root == ir::Place::Local && To.Path.empty())
          Grown |= Names.insert(E.Subject).second;
        else
          Life.Escapes = true;
      });
    }
    forEachEvent(F, [&](Point At, const ir::Event &E) {
      look(F, Names, At, E, Goroutine, Repeated, Made);
    });
    // size(), ==, conversions
    for (const ir::Block &B : F.Blocks)
      if (B.Cond.What == ir::Condition::Opaque ||
          B.Cond.What == ir::Condition::Compare)
        for (ir::PlaceId Read : B.Cond.Reads)
          Life.OtherUse |= Names.count(Read) != 0;
  }

private:
  static bool is(const std::set<ir::PlaceId> &Names, const ir::Operand &O) {
    return O.Place != ir::NoPlace && O.How == ir::Operand::PlaceArg &&
           Names.count(O.Place);
  }

  void use(ChannelUse::Kind What, const ir::Function &F, Point At,
           ir::PlaceId Place, int32_t Case, uint32_t Goroutine, bool Repeated) {
    ChannelUse U;
    U.What = What;
    U.F = &F;
    U.At = At;
    U.Place = Place;
    U.Case = Case;
    U.Goroutine = Goroutine;
    U.Repeated = Repeated;
    Life.Uses.push_back(U);
  }

  void look(const ir::Function &F, const std::set<ir::PlaceId> &Names, Point At,
            const ir::Event &E, uint32_t Goroutine, bool Repeated,
            const ir::Event *Made) {
    bool Mine = E.Subject != ir::NoPlace && Names.count(E.Subject);
    switch (E.What) {
    case Op::Send:
    case Op::Recv:
    case Op::Close:
      if (Mine)
        use(E.What == Op::Send   ? ChannelUse::Send
            : E.What == Op::Recv ? ChannelUse::Recv
                                 : ChannelUse::Close,
            F, At, E.Subject, -1, Goroutine, Repeated);
      break;
    case Op::Select:
      for (size_t I = 0; I != E.Cases.size(); ++I) {
        const ir::SelectCase &C = E.Cases[I];
        if (C.How == ir::SelectCase::Unknown)
          Life.Escapes = true;
        if (C.Channel != ir::NoPlace && Names.count(C.Channel))
          use(C.How == ir::SelectCase::Send ? ChannelUse::Send
                                            : ChannelUse::Recv,
              F, At, C.Channel, static_cast<int32_t>(I), Goroutine, Repeated);
        if (is(Names, C.Value))
          Life.Escapes = true;
      }
      break;
    case Op::MakeChannel:
      if (Mine && &E != Made)
        Life.Escapes = true; // the name stands for several
      break;
    case Op::Closure:
      if (const ir::Function *Code = P.function(E.Callee))
        closure(F, Names, *Code, Goroutine, Repeated);
      break;
    case Op::Return:
      if (Mine) {
        Life.Escapes = true;
        Life.Returned |= &F == Life.Maker;
      }
      break;
    case Op::Escape:
    case Op::GuardMove:
    case Op::GuardSwap:
      if (Mine)
        Life.Escapes = true;
      break;
    case Op::Access:
      if (Mine && (E.has(ir::AddressTaken) ||
                   (E.has(ir::Write) && !E.has(ir::Implicit))))
        Life.Escapes = true;
      break;
    case Op::Call:
    case Op::Block:
      if (Mine)
        Life.OtherUse = true;
      break;
    default:
      break;
    }
    if (E.What == Op::Closure || E.What == Op::Assign)
      return;
    // Given to somebody.
    bool Spawn = E.What == Op::Spawn;
    for (size_t I = 0; I != E.Args.size(); ++I) {
      if (!is(Names, E.Args[I]))
        continue;
      const ir::Function *Callee =
          Spawn || E.What == Op::Call ? target(E) : nullptr;
      size_t First = Spawn ? 1 : 0;
      if (Spawn && Callee && Callee->Record && !Callee->Lambda &&
          !Callee->Static)
        First = 2;
      if (!Callee || !Callee->Defined || I < First ||
          I - First >= Callee->Params.size()) {
        // What is sent over another channel, stored in a container ...
        Life.Escapes = true;
        continue;
      }
      uint32_t Param = I - First;
      std::set<ir::PlaceId> There;
      for (ir::PlaceId Place = 0; Place != Callee->Places.size(); ++Place) {
        const ir::Place &Pl = Callee->place(Place);
        if (Pl.Root == ir::Place::Param && Pl.Index == Param && Pl.Path.empty())
          There.insert(Place);
      }
      if (!There.empty())
        follow(*Callee, std::move(There), Spawn ? start(E) : Goroutine,
               Repeated || (Spawn && inLoop(F, At.Block)), Made);
    }
  }

  const ir::Function *target(const ir::Event &E) const {
    if (E.What == Op::Spawn && !E.Args.empty() &&
        (E.Args[0].How == ir::Operand::Lambda ||
         E.Args[0].How == ir::Operand::FunctionArg))
      if (const ir::Function *Code = P.function(E.Args[0].Symbol))
        return Code;
    if (E.What == Op::Call && (E.callKind() == ir::CallKind::Virtual ||
                               E.callKind() == ir::CallKind::Function))
      return nullptr;
    return P.function(E.Callee);
  }

  uint32_t start(const ir::Event &E) {
    auto [It, New] =
        Spawns.try_emplace(&E, static_cast<uint32_t>(Spawns.size() + 1));
    return It->second;
  }

  void closure(const ir::Function &F, const std::set<ir::PlaceId> &Names,
               const ir::Function &Code, uint32_t Goroutine, bool Repeated) {
    std::set<ir::PlaceId> There;
    for (size_t C = 0; C != Code.Captures.size(); ++C) {
      if (Code.Captures[C].Source == ir::NoPlace ||
          !Names.count(Code.Captures[C].Source))
        continue;
      for (ir::PlaceId Place = 0; Place != Code.Places.size(); ++Place) {
        const ir::Place &Pl = Code.place(Place);
        if (Pl.Root == ir::Place::Capture && Pl.Index == C && Pl.Path.empty())
          There.insert(Place);
      }
    }
    if (There.empty())
      return;
    // By whom is it run?
    uint32_t Runner = UnknownGoroutine;
    forEachEvent(F, [&](Point At, const ir::Event &E) {
      bool Given = llvm::any_of(E.Args, [&](const ir::Operand &A) {
        return A.How == ir::Operand::Lambda && A.Symbol == Code.Symbol;
      });
      if (E.What == Op::Spawn && Given && !E.Args.empty() &&
          E.Args[0].Symbol == Code.Symbol) {
        Runner = start(E);
        Repeated |= inLoop(F, At.Block);
      } else if (E.What == Op::Select) {
        for (const ir::SelectCase &C : E.Cases)
          if (C.Handler.Symbol == Code.Symbol)
            Runner = Goroutine;
      } else if (E.What == Op::Call && E.Callee == Code.Symbol) {
        Runner = Goroutine;
      }
    });
    follow(Code, std::move(There), Runner, Repeated, nullptr);
  }

  const ir::Program &P;
  ChannelLife &Life;
  std::set<std::pair<const ir::Function *, ir::PlaceId>> Seen;
  std::map<const ir::Event *, uint32_t> Spawns;
};

bool isChannel(const ir::TypeRef &T) { return T.Is == ir::Role::Channel; }

void locals(const ir::Program &P, std::vector<ChannelLife> &Out) {
  for (const ir::Function &F : P.module().Functions) {
    if (F.System)
      continue;
    forEachEvent(F, [&](Point At, const ir::Event &E) {
      if (E.What != Op::MakeChannel || E.Subject == ir::NoPlace ||
          E.Other != ir::NoPlace)
        return;
      const ir::Place &Pl = F.place(E.Subject);
      if (Pl.Root != ir::Place::Local || !Pl.Path.empty() ||
          !isChannel(Pl.Type))
        return;
      ChannelLife Life;
      Life.Maker = &F;
      Life.Made = &E;
      Life.MadeAt = At;
      Life.Id = F.Locals[Pl.Index].Id;
      Life.Where = F.Locals[Pl.Index].Where;
      Life.Signal = Pl.Type.has(ir::SignalOnly);
      if (E.has(ir::ValueKnown))
        Life.Capacity = E.Value;
      Life.Escapes = F.Incomplete;
      Follower(P, Life).follow(F, {E.Subject}, 0, false, &E);
      Out.push_back(std::move(Life));
    });
  }
}

/// Members are looked up by their symbol in all functions at once.
void members(const ir::Program &P, std::vector<ChannelLife> &Out) {
  std::map<ir::Name, ChannelLife> Lives;
  for (const ir::Record &R : P.module().Records) {
    if (R.System)
      continue;
    for (const ir::Field &F : R.Fields) {
      if (!isChannel(F.Type) || F.Type.indirect() || F.Type.Array)
        continue;
      ChannelLife &Life = Lives[F.Symbol];
      Life.Field = &F;
      Life.Record = &R;
      Life.Id = F.Id;
      Life.Where = F.Where;
      Life.Signal = F.Type.has(ir::SignalOnly);
      Life.Escapes = (F.Visible != ir::Access::Private || !R.Friends.empty()) &&
                     !P.whole();
    }
  }
  if (Lives.empty())
    return;
  for (const ir::Function &F : P.module().Functions) {
    auto Of = [&](ir::PlaceId Place) -> ChannelLife * {
      if (Place == ir::NoPlace || F.place(Place).Path.empty())
        return nullptr;
      const ir::Step &Last = F.place(Place).Path.back();
      if (Last.How != ir::Step::Field)
        return nullptr;
      auto It = Lives.find(Last.Symbol);
      return It == Lives.end() ? nullptr : &It->second;
    };
    forEachEvent(F, [&](Point At, const ir::Event &E) {
      auto Use = [&](ChannelUse::Kind What, ir::PlaceId Place, int32_t Case) {
        ChannelLife *Life = Of(Place);
        if (!Life)
          return;
        ChannelUse U;
        U.What = What;
        U.F = &F;
        U.At = At;
        U.Place = Place;
        U.Case = Case;
        U.Goroutine = UnknownGoroutine;
        Life->Uses.push_back(U);
      };
      switch (E.What) {
      case Op::Send:
        Use(ChannelUse::Send, E.Subject, -1);
        break;
      case Op::Recv:
        Use(ChannelUse::Recv, E.Subject, -1);
        break;
      case Op::Close:
        Use(ChannelUse::Close, E.Subject, -1);
        break;
      case Op::Select:
        for (size_t I = 0; I != E.Cases.size(); ++I)
          if (E.Cases[I].Channel != ir::NoPlace)
            Use(E.Cases[I].How == ir::SelectCase::Send ? ChannelUse::Send
                                                       : ChannelUse::Recv,
                E.Cases[I].Channel, static_cast<int32_t>(I));
        break;
      case Op::MakeChannel:
        if (ChannelLife *Life = Of(E.Subject)) {
          bool Again = Life->Made != nullptr;
          std::optional<int64_t> Capacity;
          if (E.has(ir::ValueKnown))
            Capacity = E.Value;
          if (Again && Capacity != Life->Capacity)
            Capacity.reset();
          Life->Capacity = Capacity;
          Life->Made = &E;
        }
        break;
      case Op::Call:
      case Op::Block:
        if (ChannelLife *Life = Of(E.Subject))
          Life->OtherUse = true;
        break;
      case Op::Return:
      case Op::Escape:
      case Op::Assign:
        if (ChannelLife *Life = Of(E.Subject))
          Life->Escapes = true;
        break;
      case Op::Access:
        if (E.has(ir::AddressTaken))
          if (ChannelLife *Life = Of(E.Subject))
            Life->Escapes = true;
        break;
      default:
        break;
      }
      if (E.What == Op::Closure)
        return;
      for (const ir::Operand &A : E.Args)
        if (A.How == ir::Operand::PlaceArg)
          if (ChannelLife *Life = Of(A.Place))
            Life->Escapes = true;
      for (const ir::SelectCase &C : E.Cases)
        if (C.Value.How == ir::Operand::PlaceArg)
          if (ChannelLife *Life = Of(C.Value.Place))
            Life->Escapes = true;
    });
    // A member captured by itself (`[c = c_]`) goes where the lambda goes.
    for (const ir::Capture &C : F.Captures)
      if (const ir::Function *Outer =
              C.Source == ir::NoPlace ? nullptr : P.function(F.Parent))
        if (C.Source < Outer->Places.size() &&
            !Outer->place(C.Source).Path.empty()) {
          auto It = Lives.find(Outer->place(C.Source).Path.back().Symbol);
          if (It != Lives.end())
            It->second.Escapes = true;
        }
  }
  for (auto &[Symbol, Life] : Lives)
    Out.push_back(std::move(Life));
}

} // namespace

std::vector<ChannelLife> channelLives(const ir::Program &P) {
  std::vector<ChannelLife> Out;
  locals(P, Out);
  members(P, Out);
  return Out;
}

} // namespace runnel::analysis
