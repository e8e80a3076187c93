//===- Pattern.cpp - What a lock and its condition variables are for ------===//

#include "checks/share/Pattern.h"
#include "checks/analysis/CallGraph.h"
#include "checks/analysis/Paths.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::share {

using namespace analysis;

// Fields that are neither lock nor condition nor part of the pattern: with
// more, the class does something else besides.
static constexpr unsigned MaxOtherFields = 2;

namespace {

bool isScalar(const ir::TypeRef &T) {
  return !T.Pointer && (T.Scalar || T.Is == ir::Role::Atomic);
}

bool isSlot(const ir::TypeRef &T) {
  return T.Pointer || T.Is == ir::Role::Optional ||
         T.Is == ir::Role::OwningPointer || T.Is == ir::Role::SharedPointer;
}

/// First in, first out, and looked into by nobody.
bool isQueueType(const ir::TypeRef &T) {
  if (T.Is != ir::Role::Container)
    return false;
  llvm::StringRef Text = T.Spelling.str();
  for (llvm::StringRef Other : {"priority_queue", "stack", "QStack", "map",
                                "set", "Map", "Hash", "Set", "string"})
    if (Text.take_front(Text.find('<')).contains(Other))
      return false;
  return true;
}

class Finder {
public:
  explicit Finder(const Facts &F);
  std::vector<Pattern> run();

private:
  using Waits = std::vector<const Waiting *>;
  std::optional<Pattern> queue(const Entity &Q, const Waits &On);
  std::optional<Pattern> ring(const Entity &Cv, const Waits &On);
  std::optional<Pattern> mailbox(const Entity &D, const Waits &On);
  std::optional<Pattern> event(const Entity &B, const Waits &On);
  std::optional<Pattern> counter(const Entity &N, const Waits &On);

  const ir::TypeRef &type(const Entity &E) const {
    static const ir::TypeRef None;
    const ir::TypeRef *T = typeOf(P, E);
    return T ? *T : None;
  }
  const ir::Function *root(const ir::Function *Fn) const {
    return &F.callGraph().enclosing(P, *Fn);
  }
  /// One calls the other, or both are parts of one function.
  bool related(const ir::Function *A, const ir::Function *B) const;
  /// A notification that \p F, or what it belongs with, makes.
  bool notifies(const ir::Function *F, const Waits &On) const;
  bool waitsThere(const ir::Function *F, const Waits &On) const;
  /// It may come after a wait, rather than before it.
  bool followsWait(const DataUse &U, const Waits &On) const;
  bool isSetOnce(const Entity &B, const Waits &On) const;
  /// What decides the wait beside flags that are set once, and constants.
  std::vector<Entity> decisive(const Waiting &W, const Waits &On) const;
  bool isConstant(const Entity &E) const;
  Pattern make(Pattern::Kind What, const Entity &Data, const Waits &On,
               const DataUse &Put, const Waiting &Take) const;
  const DataUse *slotOf(const Waiting &Take, const DataUse &Set) const;

  const Facts &F;
  const ir::Program &P;
  std::map<Entity, Waits> ByData; ///< all waits whose condition reads it
  std::map<const Waiting *, Entity> CvOf;
  std::unique_ptr<DataUses> Uses;
};

Finder::Finder(const Facts &F) : F(F), P(F.program()) {
  std::set<Entity> Interesting;
  std::set<ir::Name> Owners, Functions;
  for (const auto &[Cv, C] : F.conditions().all())
    for (const Waiting &W : C.Waits) {
      CvOf[&W] = Cv;
      for (const Entity &E : W.Reads) {
        ByData[E].push_back(&W);
        Interesting.insert(E);
        if (E.How == LockClass::Field)
          if (const ir::Record *R = P.recordOfField(E.Symbol))
            Owners.insert(R->Symbol);
        if (E.How == LockClass::Local)
          Functions.insert(E.Symbol);
      }
    }
  // Slots lie beside the flags that say whether they are full.
  for (ir::Name Owner : Owners)
    for (const ir::Field &Field : P.record(Owner)->Fields)
      Interesting.insert({LockClass::Field, Field.Symbol, 0, false});
  for (ir::Name Symbol : Functions)
    for (uint32_t I = 0; I != P.function(Symbol)->Locals.size(); ++I)
      Interesting.insert({LockClass::Local, Symbol, I, false});
  Uses = std::make_unique<DataUses>(P, std::move(Interesting),
                                    &F.conditions().arguments());
}

bool Finder::related(const ir::Function *A, const ir::Function *B) const {
  if (root(A) == root(B))
    return true;
  auto Calls = [&](const ir::Function *From, const ir::Function *To) {
    return llvm::any_of(F.callGraph().callees(*From), [&](const CallEdge &E) {
      return root(E.Callee) == root(To);
    });
  };
  return Calls(A, B) || Calls(B, A);
}

bool Finder::notifies(const ir::Function *Fn, const Waits &On) const {
  for (const Waiting *W : On)
    for (const Notifying &N :
         F.conditions().all().find(CvOf.find(W)->second)->second.Notifies)
      if (related(N.In, Fn))
        return true;
  return false;
}

bool Finder::waitsThere(const ir::Function *Fn, const Waits &On) const {
  return llvm::any_of(
      On, [&](const Waiting *W) { return root(W->In) == root(Fn); });
}

bool Finder::followsWait(const DataUse &U, const Waits &On) const {
  return llvm::any_of(On, [&](const Waiting *W) {
    if (W->In != U.In)
      return root(W->In) == root(U.In);
    const ir::Event *Wanted = &eventAt(*U.In, U.At);
    return nextAfter(
               *W->In, W->At, [&](const ir::Event &E) { return &E == Wanted; },
               [](const ir::Event &) { return false; })
        .has_value();
  });
}

bool Finder::isConstant(const Entity &E) const {
  return llvm::all_of(Uses->of(E),
                      [](const DataUse &U) { return U.How == DataUse::Read; });
}

bool Finder::isSetOnce(const Entity &B, const Waits &On) const {
  if (!isScalar(type(B)))
    return false;
  std::optional<int64_t> Value;
  for (const DataUse &U : Uses->of(B)) {
    if (U.How == DataUse::Read)
      continue;
    if (U.How != DataUse::Write || !U.Value || (Value && *Value != *U.Value) ||
        waitsThere(U.In, On))
      return false;
    Value = U.Value;
  }
  return Value.has_value();
}

std::vector<Entity> Finder::decisive(const Waiting &W, const Waits &On) const {
  std::vector<Entity> Out;
  for (const Entity &E : W.Reads)
    if (!isConstant(E) && !isSetOnce(E, On))
      Out.push_back(E);
  return Out;
}

Pattern Finder::make(Pattern::Kind What, const Entity &Data, const Waits &On,
                     const DataUse &Put, const Waiting &Take) const {
  Pattern Found;
  Found.What = What;
  Found.Data = Data;
  Found.Lock = Take.Lock;
  for (const Waiting *W : On) {
    Found.Conditions.push_back(CvOf.find(W)->second);
    Found.Timed |= W->Timed;
    for (const Entity &E : W->Reads)
      if (!(E == Data) && isSetOnce(E, On))
        Found.Flags.push_back(E);
  }
  for (std::vector<Entity> *List : {&Found.Conditions, &Found.Flags}) {
    llvm::sort(*List);
    List->erase(llvm::unique(*List), List->end());
  }
  Found.Put = {Put.In, rangeAt(*Put.In, Put.At)};
  Found.Take = {Take.In, rangeAt(*Take.In, Take.At)};
  if (Data.How != LockClass::Field)
    return Found;
  Found.Owner = P.recordOfField(Data.Symbol);
  unsigned Others = 0;
  for (const ir::Field &Field : Found.Owner->Fields) {
    Entity E{LockClass::Field, Field.Symbol, 0, false};
    const bool Threads = Field.Type.Is == ir::Role::Thread ||
                         Field.Type.Is == ir::Role::JoiningThread ||
                         Field.Type.ElementIs == ir::Role::Thread ||
                         Field.Type.ElementIs == ir::Role::JoiningThread;
    Others += !(E == Data) && Field.Type.Is != ir::Role::Lock &&
              Field.Type.Is != ir::Role::CondVar && !Threads &&
              !isScalar(Field.Type);
  }
  Found.WholeClass = Others <= (What == Pattern::Mailbox ? 1 : MaxOtherFields);
  return Found;
}

std::optional<Pattern> Finder::queue(const Entity &Q, const Waits &On) {
  const ir::TypeRef &T = type(Q);
  const bool List = T.Pointer && !T.Record.empty();
  if (!List && !isQueueType(T))
    return std::nullopt;
  // Whoever takes several things into account when it waits schedules, or has
  // queues of different urgency.
  for (const Waiting *W : On)
    if (llvm::any_of(decisive(*W, On), [&](const Entity &E) {
          return !(E == Q) &&
                 (type(E).Is == ir::Role::Container || !isScalar(type(E)));
        }))
      return std::nullopt;
  llvm::ArrayRef<DataUse> All = Uses->of(Q);
  auto Removes = [&](const ir::Function *In) {
    return llvm::any_of(All, [&](const DataUse &U) {
      return (U.removes() || U.How == DataUse::Clear ||
              U.How == DataUse::Advance) &&
             related(U.In, In);
    });
  };
  const DataUse *Push = nullptr, *Pop = nullptr;
  for (const DataUse &U : All) {
    switch (U.How) {
    case DataUse::Push:
      if (!Push && notifies(U.In, On))
        Push = &U;
      break;
    case DataUse::Pop:
    case DataUse::Advance:
      Pop = &U;
      break;
    case DataUse::TakeAll:
      // Taken by somebody who waits; a swap elsewhere is a swap.
      if (!waitsThere(U.In, On) && !U.In->Destructor && !U.In->Assignment)
        return std::nullopt;
      Pop = Pop ? Pop : &U;
      break;
    case DataUse::PushFront:
    case DataUse::PopBack:
    case DataUse::Erase:
    case DataUse::Put:
    case DataUse::Add:
    case DataUse::Modify:
      return std::nullopt;
    case DataUse::Peek:
    case DataUse::Iterate:
      if (!Removes(U.In) && !U.In->Destructor)
        return std::nullopt;
      break;
    case DataUse::Write:
      if (List && !U.Value && !Push && notifies(U.In, On))
        Push = &U;
      break;
    case DataUse::Read:
    case DataUse::Clear:
      break;
    }
  }
  if (!Push || !Pop || root(Push->In) == root(Pop->In) ||
      (List && Pop->How != DataUse::Advance))
    return std::nullopt;
  // The consumer waits; if the producer does too, the queue is bounded.
  const Waiting *Take = nullptr;
  bool Bounded = false;
  for (const Waiting *W : On)
    if (llvm::any_of(All, [&](const DataUse &U) {
          return (U.removes() || U.How == DataUse::Advance) &&
                 related(W->In, U.In);
        }))
      Take = W;
    else if (related(W->In, Push->In))
      Bounded = true;
  if (!Take)
    return std::nullopt;
  Pattern Found = make(Pattern::Queue, Q, On, *Push, *Take);
  Found.Bounded = Bounded;
  return Found;
}

/// An array with two indices and a count.
std::optional<Pattern> Finder::ring(const Entity &Cv, const Waits &On) {
  for (const Waiting *W : On)
    if (W->Reads.empty() || !llvm::all_of(W->Reads, [&](const Entity &E) {
          return isScalar(type(E));
        }))
      return std::nullopt;
  const ir::Record *Owner =
      Cv.How == LockClass::Field ? P.recordOfField(Cv.Symbol) : nullptr;
  std::vector<Entity> Candidates;
  if (Owner)
    for (const ir::Field &Field : Owner->Fields)
      Candidates.push_back({LockClass::Field, Field.Symbol, 0, false});
  else if (Cv.How == LockClass::Local)
    for (uint32_t I = 0; I != P.function(Cv.Symbol)->Locals.size(); ++I)
      Candidates.push_back({LockClass::Local, Cv.Symbol, I, false});
  for (const Entity &A : Candidates) {
    const ir::TypeRef &T = type(A);
    if (!T.Array && !T.Pointer && !isQueueType(T) &&
        T.Is != ir::Role::OwningPointer)
      continue;
    const DataUse *Put = nullptr;
    const Waiting *Take = nullptr;
    bool Else = false;
    for (const DataUse &U : Uses->of(A))
      if (U.How == DataUse::Put && notifies(U.In, On) && !Put)
        Put = &U;
      else if (U.How == DataUse::Push || U.How == DataUse::Iterate ||
               U.How == DataUse::Erase)
        Else = true;
    for (const DataUse &U : Uses->of(A))
      if (Put && (U.How == DataUse::Peek || U.How == DataUse::TakeAll) &&
          root(U.In) != root(Put->In)) {
        for (const Waiting *W : On)
          if (root(W->In) == root(U.In))
            Take = W;
        Else |= !waitsThere(U.In, On) && !U.In->Destructor;
      }
    if (!Put || !Take || Else)
      continue;
    // Both sides move what the wait looks at.
    auto Moves = [&](const ir::Function *In) {
      return llvm::any_of(Take->Reads, [&](const Entity &E) {
        return llvm::any_of(Uses->of(E), [&](const DataUse &U) {
          return (U.How == DataUse::Add || U.How == DataUse::Write) &&
                 !U.In->Constructor && root(U.In) == root(In);
        });
      });
    };
    if (!Moves(Put->In))
      continue;
    Pattern Found = make(Pattern::Queue, A, On, *Put, *Take);
    Found.Bounded = true;
    return Found;
  }
  return std::nullopt;
}

/// What the setter of the flag writes beside it, and the waiter reads.
const DataUse *Finder::slotOf(const Waiting &Take, const DataUse &Set) const {
  const Entity &Flag = Take.Reads.front();
  std::vector<Entity> Beside;
  if (Flag.How == LockClass::Field)
    for (const ir::Field &Field : P.recordOfField(Flag.Symbol)->Fields)
      Beside.push_back({LockClass::Field, Field.Symbol, 0, false});
  else if (Flag.How == LockClass::Local)
    for (uint32_t I = 0; I != P.function(Flag.Symbol)->Locals.size(); ++I)
      Beside.push_back({LockClass::Local, Flag.Symbol, I, false});
  for (const Entity &E : Beside) {
    const ir::TypeRef &T = type(E);
    if (E == Flag || llvm::is_contained(Take.Reads, E) ||
        (T.Is != ir::Role::Data && T.Is != ir::Role::Function &&
         T.Is != ir::Role::Container && !isSlot(T)))
      continue;
    const DataUse *Put = nullptr;
    bool Taken = false, Else = false;
    for (const DataUse &U : Uses->of(E)) {
      if (U.How == DataUse::Write && root(U.In) == root(Set.In))
        Put = U.Value ? Put : &U;
      else if (root(U.In) == root(Take.In))
        Taken |= U.How == DataUse::Read || U.removes();
      else
        Else = true;
    }
    if (Put && Taken && !Else)
      return Put;
  }
  return nullptr;
}

std::optional<Pattern> Finder::mailbox(const Entity &D, const Waits &On) {
  const ir::TypeRef &T = type(D);
  const bool Slot = isSlot(T);
  if (!Slot && !isScalar(T))
    return std::nullopt;
  for (const Waiting *W : On)
    if (!(decisive(*W, On) == std::vector<Entity>{D}))
      return std::nullopt;
  const DataUse *Put = nullptr, *Taken = nullptr;
  for (const DataUse &U : Uses->of(D)) {
    if (U.How == DataUse::Read || U.How == DataUse::Peek)
      continue;
    if (U.How != DataUse::Write && U.How != DataUse::TakeAll &&
        U.How != DataUse::Clear)
      return std::nullopt;
    const bool Empties = U.How != DataUse::Write || (U.Value && *U.Value == 0);
    if (Empties)
      Taken = waitsThere(U.In, On) && (!Taken || U.How == DataUse::TakeAll)
                  ? &U
                  : Taken;
    else if (!Slot && !U.Value)
      return std::nullopt;
    else if (notifies(U.In, On) && !Put)
      Put = &U;
  }
  // `slot = nullopt` is a write like any other: tell it by who waits.
  if (Slot && !Taken && T.Is == ir::Role::Optional)
    for (const DataUse &U : Uses->of(D))
      if (U.How == DataUse::Write && Put && waitsThere(U.In, On) &&
          root(U.In) != root(Put->In))
        Taken = &U;
  if (!Put || !Taken || root(Put->In) == root(Taken->In))
    return std::nullopt;
  const Waiting *Take = nullptr;
  bool Bounded = false;
  for (const Waiting *W : On)
    if (root(W->In) == root(Taken->In))
      Take = W;
    else
      Bounded |= root(W->In) == root(Put->In);
  if (!Take)
    return std::nullopt;
  std::optional<Entity> Slots;
  if (!Slot) {
    Waiting Only = *Take;
    Only.Reads = {D};
    const DataUse *Beside = slotOf(Only, *Put);
    if (!Beside)
      return std::nullopt;
    Slots =
        entityOf(P, *Beside->In,
                 Beside->In->place(eventAt(*Beside->In, Beside->At).Subject));
  }
  Pattern Found = make(Pattern::Mailbox, D, On, *Put, *Take);
  if (Slots)
    Found.Flags.push_back(*Slots);
  Found.Bounded = Bounded;
  return Found;
}

std::optional<Pattern> Finder::event(const Entity &B, const Waits &On) {
  if (!isSetOnce(B, On))
    return std::nullopt;
  for (const Waiting *W : On)
    if (llvm::any_of(W->Reads, [&](const Entity &E) {
          return !isConstant(E) && !isSetOnce(E, On);
        }))
      return std::nullopt;
  // Every wait of these condition variables is for this.
  for (const Waiting *W : On)
    for (const Waiting &Other :
         F.conditions().all().find(CvOf.find(W)->second)->second.Waits)
      if (!llvm::is_contained(On, &Other))
        return std::nullopt;
  for (const DataUse &U : Uses->of(B))
    if (U.How == DataUse::Write && notifies(U.In, On))
      return make(Pattern::Event, B, On, U, *On.front());
  return std::nullopt;
}

std::optional<Pattern> Finder::counter(const Entity &N, const Waits &On) {
  const ir::TypeRef &T = type(N);
  if (!isScalar(T) || llvm::StringRef(T.Spelling.str()).contains("bool"))
    return std::nullopt;
  for (const Waiting *W : On)
    if (!(decisive(*W, On) == std::vector<Entity>{N}))
      return std::nullopt;
  // A waiter that compares with what it has seen waits for a change.
  if (N.How != LockClass::Local)
    for (const Waiting *W : On)
      if (llvm::any_of(W->Reads, [](const Entity &E) {
            return E.How == LockClass::Local;
          }))
        return std::nullopt;
  const DataUse *Done = nullptr, *Acquired = nullptr;
  for (const DataUse &U : Uses->of(N)) {
    if (U.How == DataUse::Read)
      continue;
    const bool Steps =
        U.How == DataUse::Add && U.Value && (*U.Value == 1 || *U.Value == -1);
    // Set to the number of workers by whoever starts them.
    if (!Steps && U.How == DataUse::Write && !waitsThere(U.In, On) &&
        !notifies(U.In, On))
      continue;
    if (!Steps && U.How != DataUse::Add)
      return std::nullopt;
    if (waitsThere(U.In, On))
      Acquired = followsWait(U, On) ? &U : Acquired;
    else if (notifies(U.In, On) && Steps)
      Done = &U;
  }
  if (!Done)
    return std::nullopt;
  if (!Acquired)
    return make(Pattern::CountedJoin, N, On, *Done, *On.front());
  if (Acquired->How == DataUse::Add && Acquired->Value && Done->Value &&
      *Acquired->Value == -*Done->Value)
    return make(Pattern::Permits, N, On, *Done, *On.front());
  return std::nullopt;
}

std::vector<Pattern> Finder::run() {
  std::vector<Pattern> Out;
  std::set<Entity> Taken; // data and condition variables
  auto Keep = [&](std::optional<Pattern> Found) {
    if (!Found || Taken.count(Found->Data) ||
        llvm::any_of(Found->Conditions,
                     [&](const Entity &C) { return Taken.count(C) != 0; }))
      return;
    Taken.insert(Found->Data);
    Taken.insert(Found->Flags.begin(), Found->Flags.end());
    Taken.insert(Found->Conditions.begin(), Found->Conditions.end());
    Out.push_back(std::move(*Found));
  };
  for (const auto &[Data, On] : ByData)
    Keep(queue(Data, On));
  for (const auto &[Cv, C] : F.conditions().all()) {
    Waits On;
    for (const auto &[Other, OC] : F.conditions().all())
      if (Other.How == Cv.How &&
          (Other == Cv ||
           (Cv.How == LockClass::Field &&
            P.recordOfField(Other.Symbol) == P.recordOfField(Cv.Symbol)) ||
           (Cv.How == LockClass::Local && Other.Symbol == Cv.Symbol)))
        for (const Waiting &W : OC.Waits)
          On.push_back(&W);
    if (!On.empty())
      Keep(ring(Cv, On));
  }
  using Step =
      std::optional<Pattern> (Finder::*)(const Entity &, const Waits &);
  for (Step Each : {&Finder::mailbox, &Finder::event, &Finder::counter})
    for (const auto &[Data, On] : ByData)
      Keep((this->*Each)(Data, On));
  return Out;
}

} // namespace

std::vector<Pattern> findPatterns(const Facts &F) {
  if (F.conditions().all().empty())
    return {};
  return Finder(F).run();
}

} // namespace runnel::share
