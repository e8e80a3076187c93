//===- ProtocolValues.cpp - Places and objects of the machine -------------===//
//
// Resolves places to values, makes objects as they come to exist, and marks
// those that escape the explored scope.
//
//===----------------------------------------------------------------------===//

#include "checks/analysis/ProtocolMachine.h"

namespace runnel::analysis::protocol {

using ir::Role;

Object *Machine::object(State &S, Value V) const {
  return V.isObject() && V.Id >= 0 ? &S.Objects[V.Id] : nullptr;
}

/// The same variable has the same symbol each time round a loop, so that
/// states repeat.
Value Machine::symbolFor(int32_t Process, size_t Depth, unsigned Slot) const {
  return {Value::Symbol,
          static_cast<int32_t>((Process * 64 + Depth) * 1024 + Slot), nullptr};
}

Value Machine::makeObject(State &S, Object::Kind How, ir::Name Id,
                          ir::Range Where) {
  Object O;
  O.How = How;
  O.Id = Id;
  O.Made = Where;
  S.Objects.push_back(std::move(O));
  return {Value::Object, static_cast<int32_t>(S.Objects.size()) - 1, nullptr};
}

/// The object that a variable of this type is, as it begins to exist; a symbol
/// for types that do not matter. What is reached through a pointer or reference
/// that nothing is known of belongs to others as well.
Value Machine::make(State &S, const ir::TypeRef &Type, bool External,
                    ir::Name Id, ir::Range Where) {
  Object::Kind How;
  Role Is = Type.Is;
  // What one owner has made, or several share. A channel tells its capacity
  // when it is made.
  if ((Is == Role::OwningPointer || Is == Role::SharedPointer) &&
      (Type.ElementIs == Role::WaitGroup || Type.ElementIs == Role::Group ||
       Type.ElementIs == Role::CondVar || Type.ElementIs == Role::Semaphore ||
       Type.ElementIs == Role::Once))
    Is = Type.ElementIs;
  switch (Is) {
  case Role::Lock:
    How = Object::Mutex;
    break;
  case Role::Guard:
    How = Object::Guard;
    break;
  case Role::CondVar:
    How = Object::CondVar;
    break;
  case Role::Once:
    How = Object::Once;
    break;
  case Role::WaitGroup:
  case Role::Group:
    How = Object::WaitGroup;
    break;
  case Role::Semaphore:
    How = Object::Semaphore;
    External = true;
    break;
  case Role::Channel:
  case Role::Sender:
  case Role::Receiver:
    How = Object::Channel;
    break;
  case Role::Context:
    How = Object::Context;
    External = true;
    break;
  case Role::CancelSource:
    How = Object::CancelSource;
    break;
  case Role::Thread:
  case Role::JoiningThread:
  case Role::Future:
    How = Object::Handle;
    break;
  case Role::Container:
    How = Object::Struct;
    break;
  case Role::Data:
  case Role::Optional:
  case Role::OwningPointer:
  case Role::SharedPointer:
    if (Type.Scalar || (Type.Record.empty() && !Type.Array))
      return {};
    How = Object::Struct;
    break;
  case Role::Latch:
  case Role::Barrier:
  case Role::Timer:
  case Role::Ticker:
    How = Object::Opaque;
    External = true;
    break;
  default:
    return {};
  }
  Value V = makeObject(S, How, Id, Where);
  Object &O = S.Objects[V.Id];
  // Locks are always let go of by other code in the end, so one that others
  // use too is still worth following.
  O.External = External && How != Object::Mutex;
  O.Recursive = Type.has(ir::Recursive);
  O.SharedMode = Type.has(ir::SharedMode);
  O.Record = Type.Record;
  O.Container = Type.Is == Role::Container;
  return V;
}

Value Machine::root(State &S, int32_t Number, const ir::Place &Place) {
  Process &Pr = S.Processes[Number];
  Frame &F = Pr.top();
  auto Bound = [&](Value &Slot, const ir::TypeRef &Type, ir::Name Id,
                   bool External, ir::Range Where) {
    if (Slot == Value{} || (Slot.How == Value::Symbol && !Type.Scalar)) {
      Value Made = make(S, Type, External || Type.indirect(), Id, Where);
      if (Made.isObject())
        Slot = Made;
    }
    return Slot;
  };
  switch (Place.Root) {
  case ir::Place::This:
    if (F.This == Value{} && F.F->Record) {
      ir::TypeRef Type;
      Type.Record = F.F->Record;
      F.This = make(S, Type, true, "this", F.F->Where);
    }
    return F.This;
  case ir::Place::Param:
    if (Place.Index >= F.Params.size())
      return {};
    return Bound(F.Params[Place.Index], F.F->Params[Place.Index].Type,
                 F.F->Params[Place.Index].Id, true,
                 F.F->Params[Place.Index].Where);
  case ir::Place::Local: {
    if (Place.Index >= F.Locals.size())
      return {};
    const ir::Variable &V = F.F->Locals[Place.Index];
    if (flow(*F.F).Shared[Place.Index]) {
      Object *Cell = object(S, F.Locals[Place.Index]);
      if (!Cell || Cell->How != Object::Cell) {
        Value Now = F.Locals[Place.Index];
        Value Made = makeObject(S, Object::Cell, V.Id, V.Where);
        S.Objects[Made.Id].Slots[V.Id] = Now;
        S.Processes[Number].top().Locals[Place.Index] = Made;
      }
      return S.Processes[Number].top().Locals[Place.Index];
    }
    // What nothing known was assigned to may be anybody's.
    return Bound(F.Locals[Place.Index], V.Type, V.Id, true, V.Where);
  }
  case ir::Place::Capture:
    if (Place.Index >= F.Captures.size())
      return {};
    return Bound(F.Captures[Place.Index], F.F->Captures[Place.Index].Type,
                 F.F->Captures[Place.Index].Id, true,
                 F.F->Captures[Place.Index].Where);
  case ir::Place::Global: {
    Value &Slot = S.Globals[Place.Symbol];
    const ir::Global *G = P.global(Place.Symbol);
    ir::TypeRef Type = G ? G->Type : Place.Type;
    return Bound(Slot, Type, G ? G->Id : ir::Name("a global"), true,
                 G ? G->Where : ir::Range());
  }
  case ir::Place::Result: {
    auto It = F.Results.find(Place.Index);
    if (It != F.Results.end() && !(It->second == Value{}))
      return It->second;
    if (!Place.Path.empty())
      return {};
    Value Made = make(S, Place.Type, true, "a result", {});
    if (Made.isObject())
      F.Results[Place.Index] = Made;
    return Made;
  }
  case ir::Place::Unknown: { // a temporary that was given something
    auto It = F.Results.find(temporary(Place));
    return It == F.Results.end() ? Value{} : It->second;
  }
  }
  return {};
}

/// A member function that does nothing but return a place of its object.
static const ir::Place *accessed(const ir::Function &F) {
  const ir::Place *Found = nullptr;
  for (const ir::Block &B : F.Blocks)
    for (const ir::Event &E : B.Events) {
      if (E.What == ir::Op::Access)
        continue;
      if (E.What != ir::Op::Return || Found || E.Subject == ir::NoPlace)
        return nullptr;
      Found = &F.place(E.Subject);
    }
  return Found && Found->Root == ir::Place::This ? Found : nullptr;
}

Value Machine::step(State &S, int32_t Number, Value Base, const ir::Step &Step,
                    const ir::TypeRef &Type) {
  Object *O = object(S, Base);
  if (!O)
    return {};
  if (O->Container) {
    if (Step.How == ir::Step::Index) {
      auto Given = O->Slots.find(Step.Id);
      if (Given != O->Slots.end() && Step.Id.str().starts_with("?"))
        return Given->second;
      return element(S, Base, elementNumber(S, Number, *O, Base, Step), Type);
    }
    // find(), front(), begin(): the only one there is.
    if (Step.How == ir::Step::Call)
      return element(S, Base, O->Slots.size() == 1 ? 0 : -1, Type);
  }
  // The parts of a map's entry.
  if ((Step.How == ir::Step::Index && (Step.Id == "1" || Step.Id == "0") &&
       O->How != Object::Struct) ||
      (Step.How == ir::Step::Field && Step.Id == "second" &&
       !P.field(Step.Symbol)))
    return Step.Id == "0" ? Value{} : Base;
  if (Step.How == ir::Step::Index && Step.Id == "1" && !O->Container &&
      O->Record && P.record(O->Record))
    return Base;
  ir::Name Slot = Step.Symbol;
  bool External = O->External;
  ir::TypeRef Made = Type;
  ir::Range Where;
  switch (Step.How) {
  case ir::Step::Field:
    if (const ir::Field *F = P.field(Step.Symbol)) {
      Made = F->Type;
      Where = F->Where;
      External |= F->Type.indirect() || F->Static;
    }
    break;
  case ir::Step::Index: {
    int64_t Unused;
    // Only elements told apart by a number are followed.
    if (Step.Id.str().getAsInteger(10, Unused))
      External = true;
    Slot = Step.Id ? Step.Id : ir::Name("*");
    break;
  }
  case ir::Step::Call:
    // A context stands for its done channel, a timer for its channel.
    if (O->How == Object::Context || O->How == Object::Channel)
      return Base;
    if (const ir::Function *F = P.function(Step.Symbol); F && F->Defined)
      if (const ir::Place *Returned = accessed(*F)) {
        Value V = Base;
        for (const ir::Step &Next : Returned->Path)
          V = step(S, Number, V, Next, Type);
        return V;
      }
    External = true;
    break;
  }
  O = object(S, Base);
  auto It = O->Slots.find(Slot);
  if (It != O->Slots.end())
    return It->second;
  // Making the object may move the heap.
  Value V = make(S, Made, External, Step.Id, Where);
  if (V.isObject()) {
    S.Objects[Base.Id].Slots[Slot] = V;
    if (Step.How == ir::Step::Field) {
      S.Objects[V.Id].Class = Step.Symbol;
      const ir::Field *F = P.field(Step.Symbol);
      S.Objects[V.Id].Sized = F && !F->Initialised && !External;
    }
  }
  return V;
}

Value Machine::resolve(State &S, int32_t Number, ir::PlaceId Place) {
  Value V = resolveShared(S, Number, Place);
  if (Object *Cell = object(S, V); Cell && Cell->How == Object::Cell)
    return Cell->Slots.empty() ? Value{} : Cell->Slots.begin()->second;
  return V;
}

Value Machine::resolveShared(State &S, int32_t Number, ir::PlaceId Place) {
  if (Place == ir::NoPlace)
    return {};
  const ir::Function &F = *S.Processes[Number].top().F;
  const ir::Place &Pl = F.place(Place);
  Value V = root(S, Number, Pl);
  for (size_t I = 0; I != Pl.Path.size(); ++I) {
    bool Last = I + 1 == Pl.Path.size();
    V = step(S, Number, V, Pl.Path[I], Last ? Pl.Type : ir::TypeRef());
  }
  return V;
}

void Machine::assign(State &S, int32_t Number, ir::PlaceId Place, Value V) {
  if (Place == ir::NoPlace)
    return;
  Frame &F = S.Processes[Number].top();
  const ir::Place &Pl = F.F->place(Place);
  if (Pl.Path.empty()) {
    auto Set = [&](std::vector<Value> &Slots) {
      if (Pl.Index >= Slots.size())
        return;
      if (Object *Cell = object(S, Slots[Pl.Index]);
          Cell && Cell->How == Object::Cell) {
        // One that got out of sight keeps no value.
        if (!Cell->Slots.empty())
          Cell->Slots.begin()->second = V;
      } else
        Slots[Pl.Index] = V;
    };
    switch (Pl.Root) {
    case ir::Place::Param:
      Set(F.Params);
      break;
    case ir::Place::Local:
      Set(F.Locals);
      break;
    case ir::Place::Capture:
      Set(F.Captures);
      if (Object *Cell = object(S, F.Captures[Pl.Index]);
          Cell && Cell->How == Object::Cell)
        break;
      // A variable captured by reference is the closure's too, for later runs.
      if (F.Self >= 0 && Pl.Index < S.Objects[F.Self].Captures.size())
        S.Objects[F.Self].Captures[Pl.Index] = V;
      break;
    case ir::Place::Global:
      S.Globals[Pl.Symbol] = V;
      escape(S, V);
      break;
    case ir::Place::Result:
      F.Results[Pl.Index] = V;
      break;
    case ir::Place::This:
    case ir::Place::Unknown:
      escape(S, V);
      break;
    }
    return;
  }
  Value Base = root(S, Number, Pl);
  if (Pl.Root == ir::Place::Unknown && Pl.Path.size() == 1 &&
      Pl.Path[0].How == ir::Step::Field) {
    // Its parts are given once: a second time it is another object.
    Object *O = object(S, Base);
    if (!O || O->Slots.count(Pl.Path[0].Symbol)) {
      Base = makeObject(S, Object::Struct, Pl.Path[0].Id, {});
      S.Processes[Number].top().Results[temporary(Pl)] = Base;
    }
  }
  for (size_t I = 0; I + 1 != Pl.Path.size(); ++I)
    Base = step(S, Number, Base, Pl.Path[I], ir::TypeRef());
  Object *O = object(S, Base);
  if (!O || O->External) {
    escape(S, V);
    if (!O)
      return;
  }
  const ir::Step &Last = Pl.Path.back();
  if (Last.How == ir::Step::Field) {
    S.Objects[Base.Id].Slots[Last.Symbol] = V;
    return;
  }
  int64_t Unused;
  Object &Of = S.Objects[Base.Id];
  bool Numbered = !Last.Id.str().getAsInteger(10, Unused);
  if (Last.How == ir::Step::Index && Of.Container &&
      (Numbered || Last.Id.str().starts_with("?"))) {
    // The name of what is about to be added, or an entry of a map.
    if (Numbered && !Of.Slots.count(Last.Id))
      ++Of.Count;
    Of.Slots[Last.Id] = V;
    return;
  }
  if (Last.How == ir::Step::Index && Numbered) {
    Of.Slots[Last.Id] = V;
    return;
  }
  if (Of.Container) {
    int32_t Which = elementNumber(S, Number, Of, Base, Last);
    Object &Again = S.Objects[Base.Id];
    if (Which >= 0 && Which < static_cast<int32_t>(Again.Slots.size())) {
      std::next(Again.Slots.begin(), Which)->second = V;
      return;
    }
    Again.Sized = false;
  }
  escape(S, V); // which element it is cannot be told
}

Value Machine::operand(State &S, int32_t Number, const ir::Operand &O) {
  switch (O.How) {
  case ir::Operand::PlaceArg:
    return O.ByReference ? resolveShared(S, Number, O.Place)
                         : resolve(S, Number, O.Place);
  case ir::Operand::Lambda: {
    if (O.Place != ir::NoPlace) {
      Value V = resolve(S, Number, O.Place);
      if (V.isObject())
        return V;
    }
    Frame &F = S.Processes[Number].top();
    auto It = F.Closures.find(O.Symbol);
    return It == F.Closures.end() ? Value{} : It->second;
  }
  case ir::Operand::FunctionArg:
    if (const ir::Function *Code = P.function(O.Symbol))
      return {Value::Function, 0, Code};
    return {};
  case ir::Operand::Number:
    return {Value::Number, static_cast<int32_t>(O.Value), nullptr};
  case ir::Operand::Null:
    return {Value::Nil, 0, nullptr};
  case ir::Operand::Other:
  case ir::Operand::Text:
    return {};
  }
  return {};
}

/// From here on other code may use what \p V refers to.
void Machine::escape(State &S, Value V) {
  std::vector<Value> Work{V};
  while (!Work.empty()) {
    Object *O = object(S, Work.back());
    Work.pop_back();
    if (!O || O->External)
      continue;
    O->External = O->How != Object::Mutex;
    O->Sized = false;
    std::erase_if(O->Slots, [](const auto &Slot) {
      return Slot.second.How == Value::Number;
    });
    for (const auto &[Slot, Inner] : O->Slots)
      Work.push_back(Inner);
    for (const Value &Inner : O->Captures)
      Work.push_back(Inner);
    for (const Value &Inner : O->Queue)
      Work.push_back(Inner);
    if (O->How == Object::CancelSource && O->Parent >= 0)
      Work.push_back({Value::Object, O->Parent, nullptr});
    if (O->How == Object::Mutex)
      continue;
  }
}

void Machine::touch(State &S, Value V, int32_t Number) {
  if (Object *O = object(S, V))
    O->TouchedBy |= 1u << Number;
}

} // namespace runnel::analysis::protocol
