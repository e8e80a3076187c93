//===- ProtocolState.cpp - The identity of a state ------------------------===//

#include "checks/analysis/ProtocolState.h"

#include <cstring>

namespace runnel::analysis::protocol {

namespace {
/// Appends the bytes of what makes two states differ.
class Key {
public:
  explicit Key(std::string &Out) : Out(Out) {}
  void number(int64_t N) {
    // Nearly all numbers are small: one byte then, and never ambiguous.
    if (N >= -1 && N < 120) {
      Out.push_back(static_cast<char>(N + 1));
      return;
    }
    Out.push_back(static_cast<char>(127));
    char Bytes[sizeof N];
    std::memcpy(Bytes, &N, sizeof N);
    Out.append(Bytes, sizeof N);
  }
  void pointer(const void *P) { number(reinterpret_cast<intptr_t>(P)); }
  void question(const Question &Q) {
    pointer(Q.Text.key());
    values(Q.Reads);
  }
  void value(const Value &V) {
    number(V.How);
    number(V.Id);
    if (V.How == Value::Function)
      pointer(V.Code);
  }
  template <class T> void values(const T &Vs) {
    number(static_cast<int64_t>(Vs.size()));
    for (const Value &V : Vs)
      value(V);
  }

private:
  std::string &Out;
};
} // namespace

static void add(Key &K, const Object &O) {
  K.number(O.How);
  K.number(O.External | O.Closed << 1 | O.Owns << 2 | O.Notified << 3 |
           O.Sized << 4 | O.Failed << 5);
  K.number(O.Capacity);
  K.number(O.Count);
  K.number(O.Owner);
  K.number(O.Depth);
  K.number(O.TouchedBy);
  K.pointer(O.Code);
  K.number(static_cast<int64_t>(O.Readers.size()));
  for (int32_t R : O.Readers)
    K.number(R);
  K.number(static_cast<int64_t>(O.Locks.size()));
  for (int32_t L : O.Locks)
    K.number(L);
  K.values(O.Queue);
  K.number(static_cast<int64_t>(O.Slots.size()));
  for (const auto &[Slot, V] : O.Slots) {
    K.pointer(Slot.key());
    K.value(V);
  }
}

static void add(Key &K, const Frame &F) {
  K.pointer(F.F);
  K.number(F.Block);
  K.number(F.Index);
  K.value(F.This);
  K.values(F.Params);
  K.values(F.Locals);
  K.values(F.Captures);
  K.number(F.Won);
  K.number(static_cast<int64_t>(F.Results.size()));
  for (const auto &[Number, V] : F.Results) {
    K.number(Number);
    K.value(V);
  }
  K.number(static_cast<int64_t>(F.Loops.size()));
  for (const auto &[Head, Count] : F.Loops) {
    K.number(Head);
    K.number(Count);
  }
  for (const auto &[P, Ok] : F.Received)
    K.number(static_cast<int64_t>(P) * 2 + Ok);
  K.number(-1);
  for (const auto &[P, Ok] : F.Owned)
    K.number(static_cast<int64_t>(P) * 2 + Ok);
  K.number(-1);
  for (const auto &[Code, V] : F.Closures) {
    K.pointer(Code.key());
    K.value(V);
  }
  K.number(-1);
  for (const auto &[Asked, Where] : F.Decided) {
    K.question(Asked);
    K.number(Where);
  }
  K.number(-1);
}

std::string State::key() const {
  std::string Out;
  Out.reserve(512);
  Key K(Out);
  K.number(Counted | Guessed << 1);
  for (const Object &O : Objects)
    add(K, O);
  for (const Process &P : Processes) {
    K.number(P.How);
    K.number(P.Tainted | P.Waiting << 1 | P.Guessed << 2 | P.Failed << 3);
    for (int32_t Id : P.WaitsOn)
      K.number(Id);
    K.number(-1);
    K.number(static_cast<int64_t>(P.Stack.size()));
    for (const Frame &F : P.Stack)
      add(K, F);
  }
  for (const auto &[Asked, Number] : Choices) {
    K.question(Asked);
    K.number(Number);
  }
  return Out;
}

namespace {
/// Visits every reference to an object that a state holds, in a fixed order.
template <class Visit> void forEachReference(State &S, Visit V) {
  for (auto &[Symbol, Global] : S.Globals)
    V.value(Global);
  for (Process &P : S.Processes) {
    V.id(P.CountsDown);
    for (int32_t &Id : P.WaitsOn)
      V.id(Id);
    for (Frame &F : P.Stack) {
      V.value(F.This);
      V.id(F.Self);
      V.id(F.Once);
      for (auto *List : {&F.Params, &F.Locals, &F.Captures})
        for (Value &Each : *List)
          V.value(Each);
      for (auto &[Number, Each] : F.Results)
        V.value(Each);
      for (auto &[Code, Each] : F.Closures)
        V.value(Each);
    }
  }
}

template <class Visit> void forEachReference(Object &O, Visit V) {
  if (O.How == Object::Context || O.How == Object::CancelSource)
    V.id(O.Parent);
  for (int32_t &L : O.Locks)
    V.id(L);
  for (Value &Each : O.Queue)
    V.value(Each);
  for (auto &[Slot, Each] : O.Slots)
    V.value(Each);
  for (Value &Each : O.Captures)
    V.value(Each);
}

struct Mark {
  std::vector<bool> &Live;
  std::vector<int32_t> &Work;
  void id(int32_t Id) {
    if (Id < 0 || Live[Id])
      return;
    Live[Id] = true;
    Work.push_back(Id);
  }
  void value(Value &V) {
    if (V.isObject())
      id(V.Id);
  }
};

struct Count {
  int32_t Wanted;
  unsigned &Found;
  void id(int32_t Id) { Found += Id == Wanted; }
  void value(Value &V) {
    if (V.isObject())
      id(V.Id);
  }
};

struct Renumber {
  const std::vector<int32_t> &To;
  void id(int32_t &Id) {
    if (Id >= 0)
      Id = To[Id];
  }
  void value(Value &V) {
    if (V.isObject())
      id(V.Id);
  }
};
} // namespace

unsigned State::references(int32_t Id) const {
  unsigned Found = 0;
  State &Self = const_cast<State &>(*this); // the visitor only reads
  forEachReference(Self, Count{Id, Found});
  for (Object &O : Self.Objects)
    forEachReference(O, Count{Id, Found});
  return Found;
}

/// The answers to questions about objects that are still there.
template <class T>
static std::map<Question, T> renumbered(const std::map<Question, T> &Answers,
                                        const std::vector<int32_t> &To) {
  std::map<Question, T> Out;
  for (const auto &[Asked, Answer] : Answers) {
    Question Now = Asked;
    bool Alive = true;
    for (Value &V : Now.Reads)
      if (V.isObject()) {
        V.Id = To[V.Id];
        Alive &= V.Id >= 0;
      }
    if (Alive)
      Out.emplace(std::move(Now), Answer);
  }
  return Out;
}

void State::collect() {
  std::vector<bool> Live(Objects.size());
  std::vector<int32_t> Work;
  forEachReference(*this, Mark{Live, Work});
  // A mutex that somebody holds stays, so that its holder can be named.
  for (size_t I = 0; I != Objects.size(); ++I)
    if (Objects[I].How == Object::Mutex &&
        (Objects[I].Owner >= 0 || !Objects[I].Readers.empty()))
      Mark{Live, Work}.id(static_cast<int32_t>(I));
  while (!Work.empty()) {
    Object &O = Objects[Work.back()];
    Work.pop_back();
    forEachReference(O, Mark{Live, Work});
  }
  std::vector<int32_t> To(Objects.size(), -1);
  int32_t Next = 0;
  for (size_t I = 0; I != Objects.size(); ++I)
    if (Live[I])
      To[I] = Next++;
  if (Next == static_cast<int32_t>(Objects.size()))
    return;
  for (size_t I = 0; I != Objects.size(); ++I)
    if (Live[I] && To[I] != static_cast<int32_t>(I))
      Objects[To[I]] = std::move(Objects[I]);
  Objects.resize(Next);
  Choices = renumbered(Choices, To);
  for (Process &P : Processes)
    for (Frame &F : P.Stack)
      F.Decided = renumbered(F.Decided, To);
  forEachReference(*this, Renumber{To});
  for (Object &O : Objects)
    forEachReference(O, Renumber{To});
}

} // namespace runnel::analysis::protocol
