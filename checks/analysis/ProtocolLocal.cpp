//===- ProtocolLocal.cpp - What the machine does between visible events ---===//
//
// Calls, assignments, the making of objects, spawns, and everything that only
// ever enables others.
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

const ir::Function *Machine::closureCode(State &S, Value V) const {
  if (V.How == Value::Function)
    return V.Code;
  const Object *O = object(S, V);
  return O && O->How == Object::Closure ? O->Code : nullptr;
}

/// The function that the call \p E runs, if that is certain.
const ir::Function *Machine::target(State &S, int32_t Number,
                                    const ir::Event &E, Value &Callable) {
  if (E.What == Op::Call && E.Subject != ir::NoPlace &&
      (E.callKind() == ir::CallKind::Function ||
       E.callKind() == ir::CallKind::Pointer || E.Callee.empty())) {
    Callable = resolve(S, Number, E.Subject);
    return closureCode(S, Callable);
  }
  const ir::Function *F = P.function(E.Callee);
  if (!F)
    return nullptr;
  if (F->Lambda)
    Callable = E.Subject != ir::NoPlace ? resolve(S, Number, E.Subject)
               : S.Processes[Number].top().Closures.count(E.Callee)
                   ? S.Processes[Number].top().Closures[E.Callee]
                   : Value{};
  if (E.callKind() != ir::CallKind::Virtual)
    return F;
  const auto &Candidates = P.overriders(E.Callee);
  if (const Object *O = object(S, resolve(S, Number, E.Subject)))
    for (const ir::Function *Each : Candidates)
      if (Each->Record == O->Record)
        return Each;
  return Candidates.size() == 1 ? Candidates.front() : nullptr;
}

/// Pushes a frame for \p Callee; the arguments are those of \p E from
/// \p FirstArg on.
bool Machine::enter(State &S, int32_t Number, const ir::Function &Callee,
                    const ir::Event &E, unsigned FirstArg, Value Callable) {
  Process &Pr = S.Processes[Number];
  unsigned Same =
      llvm::count_if(Pr.Stack, [&](const Frame &F) { return F.F == &Callee; });
  if (Pr.Stack.size() >= L.Depth || Same >= 2) {
    Cut = true;
    return false;
  }
  Frame F;
  F.F = &Callee;
  F.Params.resize(Callee.Params.size());
  F.Locals.resize(Callee.Locals.size());
  F.Captures.resize(Callee.Captures.size());
  size_t Depth = Pr.Stack.size() + 1;
  for (size_t I = 0; I != F.Params.size(); ++I) {
    if (FirstArg + I < E.Args.size()) {
      const ir::Operand &Arg = E.Args[FirstArg + I];
      F.Params[I] = operand(S, Number, Arg);
      if (Object *Cell = object(S, F.Params[I]);
          Cell && Cell->How == Object::Cell &&
          !Callee.Params[I].Type.indirect())
        F.Params[I] =
            Cell->Slots.empty() ? Value{} : Cell->Slots.begin()->second;
    }
    if (F.Params[I] == Value{} && Callee.Params[I].Type.Scalar)
      F.Params[I] = symbolFor(Number, Depth, 512 + I);
  }
  if (Object *O = object(S, Callable); O && O->How == Object::Closure) {
    F.Captures = O->Captures;
    F.Captures.resize(Callee.Captures.size());
    F.Self = Callable.Id;
    auto This = O->Slots.find("this");
    if (This != O->Slots.end())
      F.This = This->second;
  } else if (E.Subject != ir::NoPlace && E.What == Op::Call && !Callee.Lambda) {
    F.This = resolve(S, Number, E.Subject);
  }
  const Frame &Caller = S.Processes[Number].top();
  F.CallNumber = flow(*Caller.F).FirstEvent[Caller.Block] + Caller.Index;
  S.Processes[Number].Stack.push_back(std::move(F));
  return true;
}

bool Machine::call(State &S, int32_t Number, const ir::Event &E) {
  if (containerCall(S, Number, E))
    return true;
  // What call_once runs, it runs once: that is done already.
  {
    const Frame &F = S.Processes[Number].top();
    if (const auto &Events = F.F->Blocks[F.Block].Events;
        F.Index > 0 && Events[F.Index - 1].What == Op::OnceCall &&
        !Events[F.Index - 1].Args.empty() &&
        Events[F.Index - 1].Args[0].Symbol == E.Callee && E.Callee)
      return true;
  }
  // What it returned the last time is no longer of use.
  {
    Frame &F = S.Processes[Number].top();
    F.Results.erase(flow(*F.F).FirstEvent[F.Block] + F.Index);
  }
  Value Callable;
  const ir::Function *Callee = target(S, Number, E, Callable);
  if (Callee && Callee->Defined && !Callee->Blocks.empty()) {
    if (!enter(S, Number, *Callee, E, 0, Callable))
      return false;
    S.Processes[Number].top().Indirect = E.callKind() != ir::CallKind::Direct;
    return true;
  }
  // Scalars it is given a reference to may be anything afterwards.
  for (const ir::Operand &Arg : E.Args)
    if (Arg.ByReference && Arg.How == ir::Operand::PlaceArg)
      if (Value V = resolveShared(S, Number, Arg.Place);
          V.isObject() && S.Objects[V.Id].How == Object::Cell &&
          !S.Objects[V.Id].Slots.empty())
        S.Objects[V.Id].Slots.begin()->second = {};
  // Code that is not there: it may keep what it is given, unless it is known
  // not to. Callables it is given to run at once are run once.
  bool Keeps = !(E.has(ir::SystemCallee) || (Callee && Callee->NoEscape));
  const ir::Function *Run = nullptr;
  Value RunValue;
  for (const ir::Operand &Arg : E.Args) {
    Value V = operand(S, Number, Arg);
    const ir::Function *Code = closureCode(S, V);
    if (Code && !Keeps && Code->Defined) {
      Run = Code;
      RunValue = V;
      continue;
    }
    if (Keeps || Arg.How == ir::Operand::Lambda)
      escape(S, V);
    // A container that is given a handle holds it from now on, at an index
    // nobody can tell.
    else if (E.Subject != ir::NoPlace && V.isObject() &&
             object(S, V)->How != Object::Mutex)
      if (Object *Into = object(S, resolve(S, Number, E.Subject));
          Into && Into->How == Object::Struct)
        escape(S, V);
  }
  if (Keeps && E.Subject != ir::NoPlace)
    escape(S, resolve(S, Number, E.Subject));
  if (Run) {
    ir::Event NoArgs;
    NoArgs.What = Op::OnceCall;
    if (!enter(S, Number, *Run, NoArgs, 0, RunValue))
      return false;
  }
  return true;
}

bool Machine::spawn(State &S, int32_t Number, const ir::Event &E) {
  Value Callable = E.Args.empty() ? Value{} : operand(S, Number, E.Args[0]);
  const ir::Function *Code = closureCode(S, Callable);
  if (!Code)
    Code = P.function(E.Callee);
  if (!Code || !Code->Defined || Code->Blocks.empty()) {
    for (const ir::Operand &Arg : E.Args)
      escape(S, operand(S, Number, Arg));
    return true;
  }
  if (S.Processes.size() >= L.Processes) {
    Cut = true;
    return false;
  }
  // Arguments are evaluated here; the frame moves to the new process.
  bool Method = !Code->Lambda && Code->Record && !Code->Static;
  if (!enter(S, Number, *Code, E, Method ? 2 : 1, Callable))
    return false;
  Process New;
  Process &Parent = S.Processes[Number];
  New.Stack.push_back(std::move(Parent.Stack.back()));
  Parent.Stack.pop_back();
  New.Stack.back().This = Value{};
  if (Method && E.Args.size() > 1)
    New.Stack.back().This = operand(S, Number, E.Args[1]);
  else if (Object *O = object(S, Callable); O && O->How == Object::Closure) {
    auto This = O->Slots.find("this");
    if (This != O->Slots.end())
      New.Stack.back().This = This->second;
  }
  New.Id = Code->Id;
  New.Thread = E.spawnKind() != ir::SpawnKind::Goroutine;
  New.Started = E.Where;
  New.Parent = Number;
  int32_t Id = static_cast<int32_t>(S.Processes.size());
  if (E.Subject != ir::NoPlace) {
    Value Handle = resolve(S, Number, E.Subject);
    if (Object *O = object(S, Handle); O && O->How == Object::WaitGroup) {
      ++O->Count;
      O->TouchedBy |= 1u << Id;
      New.CountsDown = Handle.Id;
    } else {
      Value H = makeObject(S, Object::Handle, "", E.Where);
      S.Objects[H.Id].Owner = Id;
      assign(S, Number, E.Subject, H);
    }
  }
  S.Processes.push_back(std::move(New));
  return true;
}

/// Process \p Number returns from its top frame.
void Machine::leave(State &S, int32_t Number, Value Result) {
  Process &Pr = S.Processes[Number];
  Frame Gone = std::move(Pr.Stack.back());
  Pr.Stack.pop_back();
  if (Gone.Once >= 0)
    S.Objects[Gone.Once].Count = 2;
  if (!Pr.Stack.empty()) {
    Pr.top().Results[Gone.CallNumber] = Result;
    ++Pr.top().Index;
    return;
  }
  Pr.How = Process::Done;
  Pr.Left = Gone.Last ? Gone.Last->Where : Gone.F->Where;
  // What the scope's own function gives away, others use from now on.
  if (Number == 0)
    escape(S, Result);
  if (Pr.CountsDown >= 0)
    --S.Objects[Pr.CountsDown].Count;
}

bool Machine::execute(State &S, int32_t Number, const ir::Event &E) {
  Frame &F = S.Processes[Number].top();
  Value Subject = resolve(S, Number, E.Subject);
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
    // Handles come to be by MakeChannel, MakeContext or Assign.
    if (!Var.Type.indirect() && Var.Type.Is != ir::Role::Channel &&
        Var.Type.Is != ir::Role::Sender && Var.Type.Is != ir::Role::Receiver &&
        Var.Type.Is != ir::Role::Context && Var.Type.Is != ir::Role::Guard)
      V = make(S, Var.Type, false, Var.Id, Var.Where);
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
    Value V = E.Args.empty() ? Value{} : operand(S, Number, E.Args[0]);
    assign(S, Number, E.Subject, V);
    if (!E.Args.empty() && E.Args[0].Moved &&
        E.Args[0].How == ir::Operand::PlaceArg)
      assign(S, Number, E.Args[0].Place, {});
    return true;
  }
  case Op::Escape:
    if (E.escapeKind() == ir::EscapeKind::Stored && E.Other != ir::NoPlace)
      assign(S, Number, E.Other, Subject);
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
