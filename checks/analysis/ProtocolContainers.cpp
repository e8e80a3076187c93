//===- ProtocolContainers.cpp - Elements and numbers of the machine -------===//
//
// Containers that are filled before the machine's eyes, and the scalars that
// conditions ask about. Elements are told apart by the order in which they were
// added; a container that is changed in another way is unknown from then on.
//
//===----------------------------------------------------------------------===//

#include "checks/analysis/ProtocolMachine.h"

#include "llvm/ADT/StringRef.h"

namespace runnel::analysis::protocol {

using ir::Role;

Asked::Asked(const ir::Program &P) {
  for (const ir::Function &F : P.module().Functions) {
    auto Add = [&](ir::PlaceId Place) {
      if (Place != ir::NoPlace && !F.place(Place).Path.empty())
        Fields.insert(F.place(Place).Path.back().Symbol);
    };
    for (const ir::Block &B : F.Blocks) {
      if (B.Cond.What == ir::Condition::Truth ||
          B.Cond.What == ir::Condition::Compare)
        Add(B.Cond.Subject);
      else if (B.Cond.What == ir::Condition::Opaque &&
               B.Cond.Reads.size() == 1 &&
               F.place(B.Cond.Reads[0]).Type.Is == Role::Atomic)
        Add(B.Cond.Reads[0]);
      for (const ir::Event &E : B.Events)
        if (E.What == ir::Op::Return)
          Add(E.Subject);
    }
  }
}

int32_t Machine::elementNumber(State &S, int32_t Number, const Object &O,
                               Value Base, const ir::Step &Step) {
  int64_t Known;
  if (!Step.Id.str().getAsInteger(10, Known)) {
    if (!O.Slots.count(Step.Id))
      return -1;
    return static_cast<int32_t>(
        std::distance(O.Slots.begin(), O.Slots.find(Step.Id)));
  }
  const Frame &F = S.Processes[Number].top();
  // The round of a range-for over it that we are in.
  for (const auto &[Head, Begun] : F.Loops) {
    const ir::Block &B = F.F->Blocks[Head];
    if (B.Term == ir::Terminator::RangeFor && B.Trips.Reads.size() == 1 &&
        !flow(*F.F).InLoop[Head].empty() && flow(*F.F).InLoop[Head][F.Block]) {
      const ir::Place &Over = F.F->place(B.Trips.Reads[0]);
      Value V = root(S, Number, Over);
      bool Nested = false;
      for (const ir::Step &Each : Over.Path) {
        Nested |= Each.How == ir::Step::Index;
        if (!Nested)
          V = step(S, Number, V, Each, ir::TypeRef());
      }
      if (!Nested && V == Base)
        return Begun - 1;
    }
  }
  // A counter of the loop, or another variable with a known value.
  for (size_t I = 0; I != F.F->Locals.size(); ++I)
    if (F.F->Locals[I].Id == Step.Id && F.Locals[I].How == Value::Number)
      return F.Locals[I].Id;
  return -1;
}

Value Machine::element(State &S, Value Base, int32_t Number,
                       const ir::TypeRef &Type) {
  Object &O = S.Objects[Base.Id];
  // All the same: there is but one.
  if (Number < 0 && O.Sized && O.Slots.size() == 1 && O.Count == 1)
    Number = 0;
  if (Number >= 0 && Number < static_cast<int32_t>(O.Slots.size()))
    return std::next(O.Slots.begin(), Number)->second;
  return make(S, Type, true, O.Id, O.Made);
}

/// Values beyond this are all the same: unknown.
static constexpr int64_t Largest = 9;

void Machine::write(State &S, int32_t Number, const ir::Event &E) {
  const ir::Place &Pl = S.Processes[Number].top().F->place(E.Subject);
  // `entries[key] = value;` fills a map: nobody knows how far.
  if (!Pl.Path.empty() && Pl.Path.back().How == ir::Step::Index) {
    Value Base = root(S, Number, Pl);
    for (size_t I = 0; I + 1 != Pl.Path.size(); ++I)
      Base = step(S, Number, Base, Pl.Path[I], ir::TypeRef());
    if (Object *O = object(S, Base); O && O->Container && O->Count == 0)
      O->Sized = false;
  }
  if (!Pl.Type.Scalar && Pl.Type.Is != Role::Atomic)
    return;
  bool Member = !Pl.Path.empty() && Pl.Path.back().How == ir::Step::Field;
  if (!Pl.Path.empty() && !Member)
    return;
  if (Member && !Matters.Fields.count(Pl.Path.back().Symbol))
    return;
  if (Pl.Root == ir::Place::Global || Pl.Root == ir::Place::Unknown)
    return;
  Value V;
  if (E.has(ir::ValueKnown)) {
    int64_t N = E.Value;
    bool Sure = true;
    if (E.has(ir::Read)) {
      Value Old = resolve(S, Number, E.Subject);
      Sure = Old.How == Value::Number;
      N += Old.Id;
    }
    if (Sure && N >= -Largest && N <= Largest)
      V = {Value::Number, static_cast<int32_t>(N), nullptr};
  }
  if (Member) {
    // What others may change as well is not known.
    Value Base = root(S, Number, Pl);
    for (size_t I = 0; I + 1 != Pl.Path.size(); ++I)
      Base = step(S, Number, Base, Pl.Path[I], ir::TypeRef());
    Object *O = object(S, Base);
    if (!O || O->External)
      return;
    if (V.How == Value::Number)
      O->Slots[Pl.Path.back().Symbol] = V;
    else
      O->Slots.erase(Pl.Path.back().Symbol);
    return;
  }
  if (V.How != Value::Number && Pl.Root == ir::Place::Local)
    V = symbolFor(Number, S.Processes[Number].Stack.size(), Pl.Index);
  assign(S, Number, E.Subject, V);
}

/// Whether \p E is a call on a container that was followed.
bool Machine::containerCall(State &S, int32_t Number, const ir::Event &E) {
  if (E.Subject == ir::NoPlace || !E.has(ir::SystemCallee))
    return false;
  Value Base = resolve(S, Number, E.Subject);
  Object *O = object(S, Base);
  if (!O || !O->Container)
    return false;
  llvm::StringRef Callee = E.Callee.str();
  Callee = Callee.substr(Callee.rfind(':') + 1);
  bool Adds = Callee == "push_back" || Callee == "emplace_back" ||
              Callee == "push" || Callee == "push_front" ||
              Callee == "insert" || Callee == "emplace" ||
              Callee == "try_emplace";
  if (!Adds) {
    bool Changes = Callee.contains("pop") || Callee == "clear" ||
                   Callee == "erase" || Callee == "resize" ||
                   Callee == "assign" || Callee == "swap" ||
                   Callee == "extract" || Callee == "merge";
    if (Changes)
      O->Sized = false;
    return Changes || Callee == "reserve" || Callee == "size" ||
           Callee == "empty" || Callee == "find" || Callee == "begin" ||
           Callee == "end" || Callee == "at" || Callee == "front" ||
           Callee == "back" || Callee == "contains" || Callee == "count";
  }
  Value V = E.Args.empty() ? Value{} : operand(S, Number, E.Args.back());
  O = object(S, Base);
  std::erase_if(O->Slots, [](const auto &Slot) {
    return Slot.first.str().starts_with("?");
  });
  if (O->External || O->Count >= 9) {
    escape(S, V);
    O->Sized = false;
    return true;
  }
  // Elements without a meaning have no slot; then none of them has.
  if (V.isObject() || V.How == Value::Function)
    O->Slots[ir::Name(std::string(1, char('0' + O->Count)))] = V;
  ++O->Count;
  return true;
}

/// Whether somebody else who has not ended still has a handle of the channel
/// that can do \p Wanted: without one the runtime closes it, or lets its
/// senders fail, and nobody waits.
bool Machine::endAlive(const State &S, int32_t Id, Role Wanted) const {
  auto Can = [&](const Value &V, const ir::TypeRef &T) {
    return V.isObject() && V.Id == Id && !T.indirect() &&
           (T.Is == Role::Channel || T.Is == Wanted);
  };
  for (const Process &Pr : S.Processes)
    for (const Frame &F : Pr.Stack) {
      for (size_t I = 0; I != F.Locals.size(); ++I)
        if (Can(F.Locals[I], F.F->Locals[I].Type))
          return true;
      for (size_t I = 0; I != F.Params.size(); ++I)
        if (Can(F.Params[I], F.F->Params[I].Type))
          return true;
      for (size_t I = 0; I != F.Captures.size(); ++I)
        if (!F.F->Captures[I].ByReference &&
            Can(F.Captures[I], F.F->Captures[I].Type))
          return true;
    }
  for (const Object &O : S.Objects) {
    for (const auto &[Slot, V] : O.Slots) {
      const ir::Field *F = P.field(Slot);
      // What an element or a temporary can do is not known: all.
      if (V.isObject() && V.Id == Id && (!F || Can(V, F->Type)))
        return true;
    }
    for (const Value &V : O.Queue)
      if (V.isObject() && V.Id == Id)
        return true;
    for (size_t I = 0; O.Code && I != O.Captures.size(); ++I)
      if (I < O.Code->Captures.size() && !O.Code->Captures[I].ByReference &&
          Can(O.Captures[I], O.Code->Captures[I].Type))
        return true;
  }
  return false;
}

} // namespace runnel::analysis::protocol
