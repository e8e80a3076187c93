//===- ProtocolCalls.cpp - Calls, goroutines, and what they return --------===//
//
// Which function a call runs, if that is certain; frames that come and go; code
// that is not there, which may keep what it is given.
//
//===----------------------------------------------------------------------===//

#include "checks/analysis/ProtocolMachine.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::analysis::protocol {

using ir::Op;

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
    // A temporary: another one each time.
    if (Callee->Constructor && E.Subject != ir::NoPlace) {
      const ir::Place &Made = S.Processes[Number].top().F->place(E.Subject);
      if (Made.Root == ir::Place::Unknown && Made.Path.empty()) {
        Value V = makeObject(S, Object::Struct, Callee->Id, E.Where);
        S.Objects[V.Id].Record = Callee->Record;
        S.Processes[Number].top().Results[temporary(Made)] = V;
      }
    }
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
  // not to. Callables it is given to run at once are run once; a timer's are
  // anybody's to run, later.
  const bool AtOnce = Callee && Callee->NoEscape;
  bool Keeps = !(E.has(ir::SystemCallee) || AtOnce);
  const ir::Function *Run = nullptr;
  Value RunValue;
  for (const ir::Operand &Arg : E.Args) {
    Value V = operand(S, Number, Arg);
    const ir::Function *Code = closureCode(S, V);
    if (Code && AtOnce && Code->Defined) {
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
    const ir::Role Keeper =
        S.Processes[Number].top().F->place(E.Subject).Type.Is;
    New.Caught = Keeper == ir::Role::Group || Keeper == ir::Role::Future ||
                 (Keeper == ir::Role::JoiningThread && !New.Thread);
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

} // namespace runnel::analysis::protocol
