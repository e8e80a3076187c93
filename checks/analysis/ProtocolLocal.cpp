//===- ProtocolLocal.cpp - What the machine does between visible events ---===//
//
// Assignments, the making of objects, and everything that only ever enables
// others.
//
//===----------------------------------------------------------------------===//

#include "checks/analysis/ProtocolMachine.h"

#include "llvm/ADT/STLExtras.h"

#include <deque>

namespace runnel::analysis::protocol {

using ir::Op;

std::vector<State> Machine::begin(const ir::Function &Root) {
  State S;
  Process Main;
  Main.Id = Root.Id;
  Main.Started = Root.Where;
  Frame F;
  F.F = &Root;
  F.Params.resize(Root.Params.size());
  F.Locals.resize(Root.Locals.size());
  F.Captures.resize(Root.Captures.size());
  Main.Stack.push_back(std::move(F));
  S.Processes.push_back(std::move(Main));
  std::vector<State> Out;
  runLocal(std::move(S), Out);
  return Out;
}

/// Whether the order in which goroutines reach \p E matters.
bool Machine::visible(State &S, int32_t Number, const ir::Event &E) {
  switch (E.What) {
  case Op::Lock:
  case Op::GuardLock:
  case Op::Wait:
  case Op::Notify:
  case Op::Join:
  case Op::CountAdd:
  case Op::CountWait:
  case Op::OnceCall:
  case Op::Send:
  case Op::Recv:
  case Op::Close:
  case Op::Select:
  case Op::Cancel:
    return true;
  case Op::GuardBegin:
    return !E.has(ir::Adopt | ir::Defer);
  case Op::ScopeEnd: {
    // Destructors that wait, or cancel.
    const Frame &F = S.Processes[Number].top();
    const ir::Place &Pl = F.F->place(E.Subject);
    if (Pl.Root != ir::Place::Local || Pl.Index >= F.Locals.size())
      return false;
    const Object *O = object(S, F.Locals[Pl.Index]);
    if (!O)
      return false;
    ir::Role Is = F.F->Locals[Pl.Index].Type.Is;
    return (O->How == Object::Handle && Is == ir::Role::JoiningThread &&
            O->Owner >= 0) ||
           (O->How == Object::WaitGroup && Is == ir::Role::Group) ||
           (O->How == Object::CancelSource && Is == ir::Role::CancelSource);
  }
  default:
    return false;
  }
}

/// Whether the local that is declared next is constructed or filled here: not a
/// copy of something that is not followed.
static bool constructed(const Frame &F, ir::PlaceId Local) {
  const ir::Place &Pl = F.F->place(Local);
  if (Pl.Type.Is != ir::Role::Data)
    return true;
  const auto &Events = F.F->Blocks[F.Block].Events;
  for (size_t I = F.Index + 1; I < Events.size(); ++I) {
    const ir::Event &E = Events[I];
    if (!(E.Statement == Events[F.Index].Statement))
      break;
    if (E.Subject == ir::NoPlace || !F.F->place(E.Subject).sameRoot(Pl))
      continue;
    if (E.What == Op::Call || E.What == Op::MakeChannel ||
        E.What == Op::MakeContext || E.What == Op::Assign)
      return true;
  }
  return false;
}

/// \p To is the variable of a range-for over a channel, which has what was
/// received, and \p From what the iterator gives: the same.
bool Machine::isArrived(const Frame &F, ir::PlaceId To, ir::PlaceId From) {
  if (To == ir::NoPlace || From == ir::NoPlace || !flow(*F.F).Ranged.count(To))
    return false;
  const auto &Path = F.F->place(From).Path;
  return !Path.empty() && Path.back().Id == "operator*";
}

bool Machine::execute(State &S, int32_t Number, const ir::Event &E) {
  Frame &F = S.Processes[Number].top();
  // A part of a temporary is not there before it is given.
  bool Given = (E.What == Op::Assign || E.What == Op::MakeChannel) &&
               E.Subject != ir::NoPlace &&
               F.F->place(E.Subject).Root == ir::Place::Unknown;
  Value Subject = Given ? Value{} : resolve(S, Number, E.Subject);
  touch(S, Subject, Number);
  Object *O = object(S, Subject);
  auto Fresh = [&](Object::Kind How) {
    Value V = makeObject(S, How, E.Spelling, E.Where);
    assign(S, Number, E.Subject, V);
    return V;
  };
  auto Named = [&](ir::PlaceId Place) {
    const Frame &Top = S.Processes[Number].top();
    if (Place == ir::NoPlace)
      return ir::Name();
    const ir::Place &Pl = Top.F->place(Place);
    // An element is called as its container is.
    for (size_t I = Pl.Path.size(); I-- != 0;)
      if (Pl.Path[I].How == ir::Step::Field)
        return Pl.Path[I].Id;
    if (!Pl.Path.empty() && Pl.Root == ir::Place::Local)
      return Top.F->Locals[Pl.Index].Id;
    return Pl.Root == ir::Place::Local ? Top.F->Locals[Pl.Index].Id
                                       : ir::Name();
  };
  switch (E.What) {
  case Op::Unlock:
    if (O && O->How == Object::Mutex)
      unlock(*O, Number);
    return true;
  case Op::GuardBegin: { // Adopt or Defer: the others are visible
    Value G = Fresh(Object::Guard);
    S.Objects[G.Id].Locks = locksOf(S, Number, E);
    S.Objects[G.Id].Owns = E.has(ir::Adopt);
    return true;
  }
  case Op::GuardUnlock:
  case Op::GuardEnd:
    if (O && O->How == Object::Guard)
      release(*O, S, Number);
    return true;
  case Op::GuardRelease:
    if (O && O->How == Object::Guard)
      O->Owns = false;
    if (O && O->How == Object::CancelSource)
      O->Parent = -1; // gives up cancelling when it is destroyed
    return true;
  case Op::Access:
    if (E.has(ir::Write)) {
      forget(S, Number, E.Subject);
      write(S, Number, E);
    }
    return true;
  case Op::GuardMove: {
    if (O && O->How == Object::Guard)
      release(*O, S, Number);
    Value From = resolve(S, Number, E.Other);
    Value G = Fresh(Object::Guard);
    if (Object *Old = object(S, From); Old && Old->How == Object::Guard) {
      S.Objects[G.Id].Locks = S.Objects[From.Id].Locks;
      S.Objects[G.Id].Owns = S.Objects[From.Id].Owns;
      S.Objects[From.Id].Owns = false;
      S.Objects[From.Id].Locks.clear();
    }
    return true;
  }
  case Op::GuardSwap: {
    Value Other = resolve(S, Number, E.Other);
    assign(S, Number, E.Subject, Other);
    assign(S, Number, E.Other, Subject);
    return true;
  }
  case Op::Call:
  case Op::Block:
    return call(S, Number, E);
  case Op::Closure: {
    const ir::Function *Code = P.function(E.Callee);
    Value V = makeObject(S, Object::Closure, E.Callee, E.Where);
    if (Code) {
      std::vector<Value> Captures;
      Value This;
      for (const ir::Capture &C : Code->Captures) {
        if (C.IsThis)
          This = S.Processes[Number].top().This;
        Value Captured = C.ByReference ? resolveShared(S, Number, C.Source)
                                       : resolve(S, Number, C.Source);
        Captures.push_back(Captured);
      }
      Object &Closure = S.Objects[V.Id];
      Closure.Code = Code;
      Closure.Captures = std::move(Captures);
      if (This.isObject())
        Closure.Slots["this"] = This;
    }
    S.Processes[Number].top().Closures[E.Callee] = V;
    assign(S, Number, E.Subject, V);
    return true;
  }
  case Op::Declare: {
    const ir::Place &Pl = F.F->place(E.Subject);
    if (Pl.Root != ir::Place::Local || Pl.Index >= F.Locals.size())
      return true;
    const ir::Variable &Var = F.F->Locals[Pl.Index];
    if (Var.Type.Scalar && E.has(ir::ValueKnown)) {
      bool Fits = E.Value >= -9 && E.Value <= 9;
      // Each run of the declaration makes a variable of its own.
      F.Locals[Pl.Index] =
          Fits ? Value{Value::Number, static_cast<int32_t>(E.Value), nullptr}
               : Value{};
      return true;
    }
    Value V;
    // The value of a range-for over a channel is there already.
    if (flow(*F.F).Ranged.count(E.Subject) && F.Locals[Pl.Index].isObject())
      V = F.Locals[Pl.Index];
    // Handles come to be by MakeChannel, MakeContext or Assign.
    else if (!Var.Type.indirect() && Var.Type.Is != ir::Role::Channel &&
             Var.Type.Is != ir::Role::Sender &&
             Var.Type.Is != ir::Role::Receiver &&
             Var.Type.Is != ir::Role::Context && Var.Type.Is != ir::Role::Guard)
      V = make(S, Var.Type, !Var.NoInit && !constructed(F, E.Subject), Var.Id,
               Var.Where);
    if (V.isObject() && S.Objects[V.Id].Container)
      S.Objects[V.Id].Sized = Var.NoInit;
    if (!V.isObject() && Var.Type.Scalar)
      V = symbolFor(Number, S.Processes[Number].Stack.size(), Pl.Index);
    S.Processes[Number].top().Locals[Pl.Index] = V;
    return true;
  }
  case Op::ScopeEnd: {
    const ir::Place &Pl = F.F->place(E.Subject);
    if (Pl.Root == ir::Place::Local && Pl.Index < F.Locals.size()) {
      Value Gone = F.Locals[Pl.Index];
      F.Locals[Pl.Index] = {};
      destroy(S, Gone, F.F->Locals[Pl.Index].Type.Is);
    }
    return true;
  }
  case Op::New: {
    Value V = Fresh(Object::Struct);
    const ir::Place &Pl = S.Processes[Number].top().F->place(E.Subject);
    S.Objects[V.Id].Record = Pl.Type.Element ? Pl.Type.Element : Pl.Type.Record;
    return true;
  }
  case Op::Assign: {
    if (E.Args.size() == 1 && isArrived(F, E.Subject, E.Args[0].Place))
      return true;
    Value V = E.Args.empty() ? Value{} : operand(S, Number, E.Args[0]);
    assign(S, Number, E.Subject, V);
    if (!E.Args.empty() && E.Args[0].Moved &&
        E.Args[0].How == ir::Operand::PlaceArg)
      assign(S, Number, E.Args[0].Place, {});
    return true;
  }
  case Op::Escape:
    if (isArrived(F, E.Other, E.Subject))
      return true;
    if (E.escapeKind() == ir::EscapeKind::Stored && E.Other != ir::NoPlace)
      assign(S, Number, E.Other, Subject);
    else if (E.escapeKind() == ir::EscapeKind::Stored)
      escape(S, Subject);
    return true;
  case Op::Spawn:
    return spawn(S, Number, E);
  case Op::CountDone:
    if (O && (O->How == Object::WaitGroup || O->How == Object::Semaphore))
      O->Count -= E.has(ir::ValueKnown) ? static_cast<int32_t>(E.Value) : 1;
    // A negative count is misuse, and another check's.
    return !O || O->How != Object::WaitGroup || O->External || O->Count >= 0;
  case Op::MakeChannel: {
    Value V = Fresh(Object::Channel);
    Object &C = S.Objects[V.Id];
    C.Id = Named(E.Subject);
    if (E.has(ir::ValueKnown))
      C.Capacity = static_cast<int32_t>(std::min<int64_t>(E.Value, 13));
    else
      C.Unbounded = true;
    if (E.Other != ir::NoPlace) {
      // Ends of their own close the channel when they go, which is not
      // followed: nobody is said to wait on it.
      C.External = true;
      assign(S, Number, E.Other, V);
    }
    return true;
  }
  case Op::MakeContext: {
    Value Parent = E.Args.empty() ? Value{} : operand(S, Number, E.Args[0]);
    Value V = Fresh(Object::Context);
    Object &C = S.Objects[V.Id];
    C.Id = Named(E.Subject);
    C.External = false;
    C.Deadline = E.Text.str().contains("timeout") ||
                 E.Text.str().contains("deadline") ||
                 E.Text.str().contains("from");
    // What a call returned that was not followed is context::background() or
    // its like, which nobody cancels.
    if (Parent.isObject() && !(S.Objects[Parent.Id].External &&
                               S.Objects[Parent.Id].Id == "a result"))
      S.Objects[V.Id].Parent = Parent.Id;
    if (E.Other != ir::NoPlace) {
      Value Cancel =
          makeObject(S, Object::CancelSource, Named(E.Other), E.Where);
      S.Objects[Cancel.Id].Parent = V.Id;
      assign(S, Number, E.Other, Cancel);
    }
    return true;
  }
  case Op::MakeTimer: {
    Value V = Fresh(Object::Channel);
    Object &C = S.Objects[V.Id];
    C.Timer = true;
    C.Repeats = E.Text == "ticker";
    C.Capacity = 1;
    return true;
  }
  case Op::Return: {
    Value Result = Subject;
    if (Result == Value{} && !E.Args.empty())
      Result = operand(S, Number, E.Args[0]);
    F.Results[~0u] = Result;
    return true;
  }
  case Op::Throw: {
    // Inside a try block the handlers are the block's successors.
    if (!F.F->Blocks[F.Block].Succs.empty()) {
      ++F.Index;
      return true;
    }
    return unwind(S, Number, E.Where);
  }
  default:
    return true;
  }
}

void Machine::runLocal(State Start, std::vector<State> &Out) {
  struct Item {
    State S;
    unsigned Steps;
  };
  std::deque<Item> Work;
  Work.push_back({std::move(Start), 0});
  std::set<std::string> Seen;
  unsigned Forked = 0;
  while (!Work.empty()) {
    State S = std::move(Work.front().S);
    account(S);
    unsigned Steps = Work.front().Steps;
    Work.pop_front();
    bool Kept = true;
    // Goroutines started on the way run to their first visible event too; all
    // others stand at one already.
    for (int32_t Number = 0;
         Kept && Number != static_cast<int32_t>(S.Processes.size()); ++Number) {
      while (Kept && S.Processes[Number].How == Process::Running) {
        Frame &F = S.Processes[Number].top();
        const ir::Block &B = F.F->Blocks[F.Block];
        ++Done;
        if (++Steps > L.LocalSteps || exhausted()) {
          Cut = true;
          Kept = false;
          break;
        }
        if (F.Index < B.Events.size()) {
          const ir::Event &E = B.Events[F.Index];
          if (visible(S, Number, E))
            break;
          F.Last = &E;
          size_t Depth = S.Processes[Number].Stack.size();
          if (!execute(S, Number, E)) {
            Kept = false;
            break;
          }
          // A call steps past itself when it returns; an exception goes on at
          // its handler.
          if (E.What != Op::Throw && S.Processes[Number].Stack.size() == Depth)
            ++S.Processes[Number].top().Index;
          continue;
        }
        // The end of a block.
        if (B.Succs.empty() && B.Leaves) {
          auto It = F.Results.find(~0u);
          Value Result = It == F.Results.end() ? Value{} : It->second;
          leave(S, Number, Result);
          continue;
        }
        std::vector<State> Forks;
        branch(S, Number, Forks);
        if (Forks.empty()) {
          Kept = false;
          break;
        }
        for (size_t I = 1; I < Forks.size(); ++I) {
          if (++Forked > L.Forks) {
            Dropped = Cut = true;
            break;
          }
          if (Seen.insert(Forks[I].key()).second)
            Work.push_back({std::move(Forks[I]), Steps});
        }
        S = std::move(Forks[0]);
        // A loop without a visible event that came round to the same state.
        if (Forks.size() > 1 && !Seen.insert(S.key()).second)
          Kept = false;
      }
    }
    if (!Kept) {
      Dropped = true;
      continue;
    }
    S.collect();
    Out.push_back(std::move(S));
  }
}

} // namespace runnel::analysis::protocol
