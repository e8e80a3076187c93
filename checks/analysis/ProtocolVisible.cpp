//===- ProtocolVisible.cpp - Moves at which the order matters -------------===//
//
// | event            | may move when                  | and then | |
// ---------------- | ------------------------------ | ----------------------- |
// | lock             | free, or shared with readers   | held | | send | room,
// or a receiver waits      | value inside, or handed | | recv             | a
// value, a sender, or closed   | value, or closed        | | select           |
// a case may; or otherwise       | as that case            | | wait | always:
// sleeps, lock let go    | woken by notify         | | wait group wait  | count
// is 0                     |                         | | join             |
// that goroutine is done         |                         | | once | nobody is
// inside               | runs it, or passes      |
//
// On an External object every event may move.
//
//===----------------------------------------------------------------------===//

#include "checks/analysis/Paths.h"
#include "checks/analysis/ProtocolMachine.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::analysis::protocol {

using ir::Op;

bool Machine::canLock(const State &S, const Object &M, int32_t Number,
                      bool Shared) const {
  if (M.Owner >= 0)
    return M.Recursive && M.Owner == Number;
  if (!Shared)
    return M.Readers.empty();
  // A writer that waits goes first: readers queue up behind it.
  if (M.Readers.empty())
    return true;
  for (size_t I = 0; I != S.Processes.size(); ++I) {
    const Process &Pr = S.Processes[I];
    if (!Pr.Waiting || static_cast<int32_t>(I) == Number)
      continue;
    for (int32_t Id : Pr.WaitsOn)
      if (&S.Objects[Id] == &M)
        return false;
  }
  return true;
}

void Machine::lock(Object &M, int32_t Number, bool Shared) {
  M.TouchedBy |= 1u << Number;
  if (Shared && M.Owner < 0) {
    M.Readers.push_back(Number);
    llvm::sort(M.Readers);
    return;
  }
  M.Owner = Number;
  ++M.Depth;
}

void Machine::unlock(Object &M, int32_t Number) {
  if (M.Owner >= 0) {
    if (--M.Depth <= 0) {
      M.Owner = -1;
      M.Depth = 0;
    }
    return;
  }
  auto It = llvm::find(M.Readers, Number);
  if (It == M.Readers.end())
    It = M.Readers.begin(); // another goroutine's: a mutex belongs to nobody
  if (It != M.Readers.end())
    M.Readers.erase(It);
}

/// The mutexes that a lock or guard event is about.
std::vector<int32_t> Machine::locksOf(State &S, int32_t Number,
                                      const ir::Event &E) {
  std::vector<int32_t> Ids;
  auto Add = [&](Value V) {
    if (const Object *O = object(S, V); O && O->How == Object::Mutex)
      Ids.push_back(V.Id);
  };
  if (E.What == Op::GuardBegin) {
    for (const ir::Operand &Arg : E.Args)
      Add(operand(S, Number, Arg));
    return Ids;
  }
  ir::PlaceId Place = E.What == Op::Wait ? E.Other : E.Subject;
  Value V = resolve(S, Number, Place);
  if (const Object *O = object(S, V); O && O->How == Object::Guard)
    return O->Locks;
  Add(V);
  return Ids;
}

bool Machine::cancelled(const State &S, const Object &Context) const {
  for (const Object *C = &Context;; C = &S.Objects[C->Parent]) {
    if (C->Closed)
      return true;
    if (C->Parent < 0)
      return false;
  }
}

bool Machine::mayBeCancelled(const State &S, const Object &Context) const {
  for (const Object *C = &Context;; C = &S.Objects[C->Parent]) {
    if (C->Closed || C->Deadline || C->External)
      return true;
    if (C->Parent < 0)
      return false;
  }
}

/// Steps past the visible events of \p Numbers and runs on.
void Machine::advance(State S, std::initializer_list<int32_t> Numbers, Move How,
                      std::vector<Successor> &Out) {
  for (int32_t Number : Numbers) {
    Process &Pr = S.Processes[Number];
    Pr.Waiting = false;
    Pr.WaitsOn.clear();
    Pr.top().Last = &Pr.event();
    ++Pr.top().Index;
  }
  std::vector<State> Next;
  runLocal(std::move(S), Next);
  for (State &Each : Next)
    Out.push_back({How, std::move(Each)});
}

std::vector<Successor> Machine::successors(const State &S) {
  Dropped = false;
  Panics.clear();
  std::vector<Successor> Out;
  for (size_t I = 0; I != S.Processes.size(); ++I) {
    if (exhausted()) {
      Dropped = Cut = true;
      break;
    }
    account(S);
    if (S.Processes[I].How != Process::Done)
      moves(S, static_cast<int32_t>(I), Out);
  }
  return Out;
}

void Machine::moves(const State &Before, int32_t Number,
                    std::vector<Successor> &Out) {
  State S = Before; // resolving may make objects
  Process &Pr = S.Processes[Number];
  if (Pr.How == Process::Asleep)
    return;
  const ir::Event &E = Pr.event();
  Move How{Number, -1, Pr.top().F, &E, -1};
  if (E.What == Op::Send || E.What == Op::Recv || E.What == Op::Select) {
    channelMoves(S, Number, Out);
    return;
  }
  Value V = resolve(S, Number, E.Subject);
  touch(S, V, Number);
  Object *O = object(S, V);
  auto Pass = [&] { advance(S, {Number}, How, Out); };
  auto LocksFree = [&](const std::vector<int32_t> &Ids, bool Shared) {
    return llvm::all_of(Ids, [&](int32_t Id) {
      return canLock(S, S.Objects[Id], Number, Shared);
    });
  };
  bool MayFail = E.has(ir::Try | ir::WithTimeout);

  switch (E.What) {
  case Op::Lock:
  case Op::GuardBegin:
  case Op::GuardLock: {
    std::vector<int32_t> Ids = locksOf(S, Number, E);
    bool Shared = E.has(ir::Shared);
    if (E.What == Op::GuardLock && O && O->How == Object::Guard)
      Shared = O->SharedMode;
    bool Free = LocksFree(Ids, Shared);
    if (!Free && !MayFail) {
      // A writer that begins to wait behind readers holds up later readers.
      if (!Shared && !S.Processes[Number].Waiting &&
          llvm::any_of(Ids, [&](int32_t Id) {
            return S.Objects[Id].SharedMode && !S.Objects[Id].Readers.empty();
          })) {
        S.Processes[Number].Waiting = true;
        S.Processes[Number].WaitsOn = Ids;
        Out.push_back({How, S});
      }
      return;
    }
    if (Free)
      for (int32_t Id : Ids) {
        lock(S.Objects[Id], Number, Shared);
        S.Objects[Id].LockedBy = Pr.top().F;
        S.Objects[Id].LockedAt = &E;
      }
    Frame &F = S.Processes[Number].top();
    if (E.What == Op::GuardBegin) {
      Value G = makeObject(S, Object::Guard, E.Spelling, E.Where);
      S.Objects[G.Id].Locks = Ids;
      S.Objects[G.Id].Owns = Free;
      S.Objects[G.Id].SharedMode = Shared;
      assign(S, Number, E.Subject, G);
    } else if (O && O->How == Object::Guard) {
      S.Objects[V.Id].Owns = Free;
    } else if (MayFail) {
      F.Owned[E.Subject] = Free;
    }
    Pass();
    return;
  }
  case Op::Wait: {
    std::vector<int32_t> Ids = locksOf(S, Number, E);
    if (Pr.How == Process::Woken) {
      if (!LocksFree(Ids, false))
        return;
      for (int32_t Id : Ids)
        lock(S.Objects[Id], Number, false);
      S.Processes[Number].How = Process::Running;
      Pass();
      return;
    }
    // The predicate may hold already, as it does once somebody has notified. A
    // loop around the wait, here or in a caller, is a predicate too.
    bool Asks =
        E.has(ir::Predicate) || llvm::any_of(Pr.Stack, [](const Frame &F) {
          return inLoop(*F.F, F.Block);
        });
    if (!O || O->External || E.has(ir::WithTimeout) || (Asks && O->Notified)) {
      // It may have to wait all the same: then others get the lock meanwhile.
      if (Asks && O && !O->External && !Ids.empty()) {
        State Later = S;
        for (int32_t Id : Ids)
          unlock(Later.Objects[Id], Number);
        Later.Processes[Number].How = Process::Woken;
        Out.push_back({How, std::move(Later)});
      }
      Pass();
      return;
    }
    for (int32_t Id : Ids)
      unlock(S.Objects[Id], Number);
    S.Processes[Number].How = Process::Asleep;
    S.Processes[Number].WaitsOn = {V.Id};
    Out.push_back({How, std::move(S)});
    return;
  }
  case Op::Notify: {
    if (!O) {
      Pass();
      return;
    }
    O->Notified = true;
    std::vector<int32_t> Sleepers;
    for (size_t I = 0; I != S.Processes.size(); ++I)
      if (S.Processes[I].How == Process::Asleep &&
          llvm::is_contained(S.Processes[I].WaitsOn, V.Id))
        Sleepers.push_back(static_cast<int32_t>(I));
    if (Sleepers.empty() || E.has(ir::All)) {
      for (int32_t Each : Sleepers)
        S.Processes[Each].How = Process::Woken;
      Pass();
      return;
    }
    for (int32_t Each : Sleepers) {
      State Next = S;
      Next.Processes[Each].How = Process::Woken;
      Move Both = How;
      Both.With = Each;
      advance(std::move(Next), {Number}, Both, Out);
    }
    return;
  }
  case Op::Join: {
    if (O && O->How == Object::WaitGroup && !O->External && !MayFail &&
        O->Count > 0)
      return;
    const bool Ended = !O || O->External || MayFail || O->Owner < 0 ||
                       S.Processes[O->Owner].How == Process::Done;
    if (!Ended)
      return;
    // An exception that was kept for this wait comes out of it.
    if (O && !O->External &&
        (O->How == Object::WaitGroup
             ? O->Failed
             : O->Owner >= 0 && S.Processes[O->Owner].Failed)) {
      O->Failed = false;
      S.Processes[Number].top().Last = &E;
      std::vector<State> Next;
      if (unwind(S, Number, E.Where, /*Called=*/true))
        runLocal(std::move(S), Next);
      else
        Dropped = true;
      for (State &Each : Next)
        Out.push_back({How, std::move(Each)});
      return;
    }
    Pass();
    return;
  }
  case Op::ScopeEnd: {
    const ir::Place &Pl = Pr.top().F->place(E.Subject);
    Value Local = Pr.top().Locals[Pl.Index];
    Object &Ends = S.Objects[Local.Id];
    if (Ends.How == Object::Handle &&
        S.Processes[Ends.Owner].How != Process::Done)
      return;
    if (Ends.How == Object::WaitGroup && !Ends.External && Ends.Count > 0)
      return;
    if (Ends.How == Object::CancelSource && Ends.Parent >= 0)
      S.Objects[Ends.Parent].Closed = true;
    S.Processes[Number].top().Locals[Pl.Index] = {};
    Pass();
    return;
  }
  case Op::CountAdd:
    if (O && !E.has(ir::ValueKnown) && E.Text && !O->External) {
      // As often as a loop over the same number goes round.
      std::vector<ir::PlaceId> Reads;
      for (const ir::Operand &A : E.Args)
        Reads.push_back(A.Place);
      ir::TripCount Trips;
      Trips.What = ir::TripCount::Symbolic;
      Trips.Text = E.Text;
      Trips.Reads = Reads;
      std::vector<int32_t> Ways;
      int32_t Known = length(S, Number, Trips, Ways);
      if (Ways.empty())
        Ways.push_back(Known);
      for (int32_t Way : Ways) {
        State Next = S;
        if (Ways.size() > 1)
          Next.Choices[question(Next, Number, E.Text, Reads)] = Way;
        Next.Objects[V.Id].Count += Way;
        advance(std::move(Next), {Number}, How, Out);
      }
      return;
    }
    if (O && E.has(ir::ValueKnown))
      O->Count += static_cast<int32_t>(std::min<int64_t>(E.Value, 13));
    else if (O)
      O->External = true; // how many is not known
    Pass();
    return;
  case Op::CountWait:
    if (!O || O->External || MayFail ||
        (O->How == Object::WaitGroup && O->Count <= 0) ||
        O->How == Object::Opaque)
      Pass();
    return;
  case Op::OnceCall: {
    if (!O || O->How != Object::Once || O->External || O->Count == 2) {
      Pass();
      return;
    }
    if (O->Count == 1)
      return;
    Value Callable =
        E.Args.empty() ? Value{} : operand(S, Number, E.Args.front());
    const ir::Function *Code = closureCode(S, Callable);
    if (!Code || !Code->Defined || Code->Blocks.empty()) {
      S.Objects[V.Id].Count = 2;
      Pass();
      return;
    }
    S.Objects[V.Id].Count = 1;
    if (!enter(S, Number, *Code, E, 1, Callable)) {
      Dropped = true;
      return;
    }
    S.Processes[Number].top().Once = V.Id;
    advance(std::move(S), {}, How, Out);
    return;
  }
  case Op::Close:
    if (V.How == Value::Nil || (O && O->Closed && !O->External)) {
      Dropped = true;
      if (O && O->How == Object::Channel)
        panic(S, Number, *O);
      return;
    }
    if (O) {
      O->Closed = true;
      O->ClosedBy = Number;
      O->ClosedAt = &E;
    }
    Pass();
    return;
  case Op::Cancel:
    if (O && O->Parent >= 0)
      S.Objects[O->Parent].Closed = true;
    else if (O && O->How == Object::Context)
      O->Closed = true;
    Pass();
    return;
  default:
    Pass();
  }
}

/// A `sender` or `receiver` whose other side is gone: it does not wait.
bool Machine::typedEndAlone(const State &S, int32_t Number, ir::PlaceId Place,
                            Value V, bool Sends) const {
  if (Place == ir::NoPlace || !V.isObject() ||
      S.Objects[V.Id].How != Object::Channel)
    return false;
  ir::Role Mine = S.Processes[Number].top().F->place(Place).Type.Is;
  if (Mine != (Sends ? ir::Role::Sender : ir::Role::Receiver))
    return false;
  return !endAlive(S, V.Id, Sends ? ir::Role::Receiver : ir::Role::Sender);
}

std::vector<int32_t> Machine::waitsFor(const State &Before,
                                       int32_t Number) const {
  State S = Before;
  Machine &Self = const_cast<Machine &>(*this); // resolving fills caches
  const Process &Pr = S.Processes[Number];
  if (Pr.How == Process::Done)
    return {};
  if (Pr.How == Process::Asleep)
    return Pr.WaitsOn;
  const ir::Event &E = Pr.event();
  if (E.What == Op::Select) {
    std::vector<int32_t> Ids;
    for (const ir::SelectCase &C : E.Cases) {
      Value V = Self.resolve(S, Number, C.Channel);
      if (V.How == Value::Nil)
        continue;
      const Object *O = object(S, V);
      if (!O || O->External || O->Timer ||
          (O->How == Object::Context && mayBeCancelled(S, *O)))
        return {};
      if (typedEndAlone(S, Number, C.Channel, V, C.How == ir::SelectCase::Send))
        return {};
      Ids.push_back(V.Id);
    }
    return Ids;
  }
  if (E.What == Op::Lock || E.What == Op::GuardBegin || E.What == Op::GuardLock)
    return Self.locksOf(S, Number, E);
  if (E.What == Op::Wait) // woken, and the lock is not to be had
    return Self.locksOf(S, Number, E);
  Value V = E.What == Op::ScopeEnd
                ? Pr.top().Locals[Pr.top().F->place(E.Subject).Index]
                : Self.resolve(S, Number, E.Subject);
  const Object *O = object(S, V);
  if (!O || O->External || O->Timer)
    return {};
  if ((E.What == Op::Send || E.What == Op::Recv) &&
      typedEndAlone(S, Number, E.Subject, V, E.What == Op::Send))
    return {};
  if (O->How == Object::Context && mayBeCancelled(S, *O))
    return {};
  return {V.Id};
}

} // namespace runnel::analysis::protocol
