//===- DataUses.cpp - What is done to a variable, and by whom -------------===//

#include "checks/analysis/DataUses.h"
#include "checks/analysis/Paths.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"

namespace runnel::analysis {

static std::optional<DataUse::Kind> kindOfCall(llvm::StringRef Name) {
  return llvm::StringSwitch<std::optional<DataUse::Kind>>(Name)
      .Cases({"push", "push_back", "emplace", "emplace_back", "enqueue",
              "append", "insert_after", "push_range", "append_range"},
             DataUse::Push)
      .Cases({"push_front", "emplace_front", "prepend", "insert"},
             DataUse::PushFront)
      .Case("splice", DataUse::Push)
      .Cases({"pop", "pop_front", "dequeue", "takeFirst", "removeFirst",
              "pop_front_n"},
             DataUse::Pop)
      .Cases({"pop_back", "takeLast", "removeLast"}, DataUse::PopBack)
      .Cases({"swap", "exchange"}, DataUse::TakeAll)
      .Cases({"clear", "reset"}, DataUse::Clear)
      .Cases({"erase", "remove", "remove_if", "extract", "takeAt", "removeAt",
              "erase_after", "removeAll", "removeOne"},
             DataUse::Erase)
      .Default(std::nullopt);
}

static llvm::StringRef lastPart(llvm::StringRef Name) {
  Name = Name.take_front(Name.find('<'));
  size_t Cut = Name.rfind(':');
  Name = Cut == llvm::StringRef::npos ? Name : Name.substr(Cut + 1);
  Cut = Name.find_last_of(".>");
  return Cut == llvm::StringRef::npos ? Name : Name.substr(Cut + 1);
}

DataUses::DataUses(const ir::Program &P, std::set<Entity> Of,
                   const Arguments *Args)
    : P(P), Args(Args) {
  for (const Entity &E : Of)
    Uses[E];
  if (Uses.empty())
    return;
  for (const ir::Function &F : P.module().Functions) {
    if (F.System)
      continue;
    forEachEvent(F, [&](Point At, const ir::Event &E) { event(F, At, E); });
    for (const ir::Block &B : F.Blocks)
      if (B.Term == ir::Terminator::RangeFor)
        for (ir::PlaceId R : B.Cond.Reads)
          add(F, R, {DataUse::Iterate, &F, {}, {}});
  }
}

llvm::ArrayRef<DataUse> DataUses::of(const Entity &E) const {
  auto It = Uses.find(E);
  if (It == Uses.end())
    return {};
  return It->second;
}

void DataUses::add(const ir::Function &F, ir::PlaceId Pl, DataUse U) {
  if (Pl == ir::NoPlace)
    return;
  auto It = Uses.find(entityOf(P, F, F.place(Pl), Args));
  if (It == Uses.end())
    return;
  if (F.Constructor) {
    const ir::Record *Owner = P.recordOfField(It->first.Symbol);
    if (Owner && P.isA(F.Record, Owner->Symbol))
      return;
  }
  It->second.push_back(std::move(U));
}

static bool hasIndex(const ir::Place &Pl) {
  return llvm::any_of(
      Pl.Path, [](const ir::Step &S) { return S.How == ir::Step::Index; });
}

/// The access is that of a method's object: its call comes next.
static bool isOfCall(const ir::Function &F, Point At) {
  const auto &Events = F.Blocks[At.Block].Events;
  const ir::Event &Access = Events[At.Index];
  for (size_t I = At.Index + 1; I != Events.size(); ++I) {
    if (!(Events[I].Statement == Access.Statement))
      return false;
    if (Events[I].What == ir::Op::Call && Events[I].Subject == Access.Subject)
      return true;
  }
  return false;
}

void DataUses::event(const ir::Function &F, Point At, const ir::Event &E) {
  switch (E.What) {
  case ir::Op::Call: {
    // The elements' own methods are no business of the container.
    llvm::StringRef Name = lastPart(E.Text ? E.Text.str() : E.Callee.str());
    std::optional<DataUse::Kind> Kind = kindOfCall(Name);
    if (E.Subject != ir::NoPlace && !hasIndex(F.place(E.Subject)) && Kind) {
      DataUse U{*Kind, &F, At, {}};
      // q.insert(q.end(), x), q.erase(q.begin()): as q.push_back, q.pop_front.
      auto Position = [&](llvm::StringRef Which) {
        if (E.Args.empty() || E.Args[0].Place == ir::NoPlace)
          return false;
        const ir::Place &Arg = F.place(E.Args[0].Place);
        return !Arg.Path.empty() && Arg.Path.back().Id.str() == Which;
      };
      if (Name == "insert" && Position("end"))
        U.How = DataUse::Push;
      if (Name == "erase" && Position("begin"))
        U.How = DataUse::Pop;
      add(F, E.Subject, U);
    }
    if (Kind == DataUse::TakeAll)
      for (const ir::Operand &A : E.Args)
        add(F, A.Place, {DataUse::TakeAll, &F, At, {}});
    return;
  }
  case ir::Op::Access: {
    // Implicit: the first value of a new object's field, as a constructor's.
    if (E.Subject == ir::NoPlace || E.has(ir::Implicit))
      return;
    const ir::Place &Pl = F.place(E.Subject);
    DataUse U{DataUse::Read, &F, At, {}};
    if (E.has(ir::ValueKnown))
      U.Value = E.Value;
    const bool Element = hasIndex(Pl);
    if (Element) {
      U.How =
          E.has(ir::Write) && !E.has(ir::Moved) ? DataUse::Put : DataUse::Peek;
    } else if (E.has(ir::Moved)) {
      U.How = DataUse::TakeAll;
    } else if (Pl.Type.Is == ir::Role::Container) {
      // What a method does, its call says.
      if (!E.has(ir::Write) || isOfCall(F, At))
        return;
      U.How = DataUse::Write;
    } else if (E.has(ir::Write)) {
      U.How = !E.has(ir::Read) ? DataUse::Write
              : E.has(ir::AtomicAccess) && !E.has(ir::ValueKnown)
                  ? DataUse::Modify
                  : DataUse::Add;
      // A class type's own assignment.
      if (E.has(ir::Read) && !Pl.Type.Scalar && !E.has(ir::AtomicAccess))
        U.How = DataUse::Write;
    }
    add(F, E.Subject, U);
    return;
  }
  case ir::Op::Assign: {
    if (E.Subject == ir::NoPlace || E.Args.empty())
      return;
    DataUse U{DataUse::Write, &F, At, {}};
    const ir::Operand &From = E.Args[0];
    if (From.How == ir::Operand::Null)
      U.Value = 0;
    else if (From.How == ir::Operand::PlaceArg && From.Place != ir::NoPlace &&
             !F.place(From.Place).Path.empty() &&
             F.place(From.Place).Type.Record == F.place(E.Subject).Type.Record)
      U.How = DataUse::Advance;
    if (!hasIndex(F.place(E.Subject)))
      add(F, E.Subject, U);
    return;
  }
  default:
    return;
  }
}

std::set<const ir::Function *> signalHandlers(const ir::Program &P) {
  std::set<const ir::Function *> Out;
  for (const ir::Function &F : P.module().Functions)
    forEachEvent(F, [&](Point, const ir::Event &E) {
      if (E.What != ir::Op::Call && E.What != ir::Op::Assign)
        return;
      bool Installs = E.What == ir::Op::Call &&
                      llvm::StringRef(E.Text.str()).contains("signal");
      if (E.What == ir::Op::Assign && E.Subject != ir::NoPlace) {
        const ir::Place &Pl = F.place(E.Subject);
        Installs =
            !Pl.Path.empty() && Pl.Path.back().Id.str().starts_with("sa_");
      }
      if (!Installs)
        return;
      for (const ir::Operand &A : E.Args)
        if (A.How == ir::Operand::FunctionArg || A.How == ir::Operand::Lambda)
          if (const ir::Function *Handler = P.function(A.Symbol))
            Out.insert(Handler);
    });
  return Out;
}

} // namespace runnel::analysis
