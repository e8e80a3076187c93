//===- ProtocolUnwind.cpp - Objects that go, and exceptions ---------------===//
//
// What destructors do at the end of a variable, and what an exception does on
// its way to a handler.
//
//===----------------------------------------------------------------------===//

#include "checks/analysis/ProtocolMachine.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::analysis::protocol {

void Machine::release(Object &G, State &S, int32_t Number) {
  if (!G.Owns)
    return;
  G.Owns = false;
  for (int32_t Id : G.Locks) {
    Object &M = S.Objects[Id];
    if (M.Owner >= 0 && --M.Depth <= 0) {
      M.Owner = -1;
      M.Depth = 0;
    } else if (M.Owner < 0)
      if (auto It = llvm::find(M.Readers, Number); It != M.Readers.end())
        M.Readers.erase(It);
  }
}

/// What the destructors inside a variable that goes out of scope do: cancel
/// sources cancel. A shared object lives on while something else refers to it.
void Machine::destroy(State &S, Value V, ir::Role Is) {
  Object *O = object(S, V);
  if (!O || O->How != Object::Struct || O->External)
    return;
  if (Is == ir::Role::SharedPointer && S.references(V.Id) > 0)
    return;
  if (Is != ir::Role::SharedPointer && Is != ir::Role::OwningPointer &&
      Is != ir::Role::Data && Is != ir::Role::Optional)
    return;
  for (const auto &[Slot, Inner] : O->Slots)
    if (Object *Source = object(S, Inner);
        Source && Source->How == Object::CancelSource && Source->Parent >= 0)
      S.Objects[Source->Parent].Closed = true;
}

std::optional<ir::BlockId>
Machine::tryAround(const ir::Function &F, ir::BlockId At, const ir::Event &E) {
  std::optional<ir::BlockId> Found;
  uint32_t Smallest = ~0u;
  for (ir::BlockId Head = 0; Head != F.Blocks.size(); ++Head) {
    const ir::Block &B = F.Blocks[Head];
    if (B.Term != ir::Terminator::Try || B.Succs.size() < 2 ||
        B.TermRange.Length >= Smallest ||
        E.Where.Begin.Offset < B.TermRange.Begin.Offset ||
        E.Where.endOffset() > B.TermRange.endOffset())
      continue;
    // Not in a handler itself.
    std::vector<bool> Seen(F.Blocks.size());
    std::vector<ir::BlockId> Work(B.Succs.begin() + 1, B.Succs.end());
    while (!Work.empty()) {
      ir::BlockId Next = Work.back();
      Work.pop_back();
      if (Next == Head || Seen[Next])
        continue;
      Seen[Next] = true;
      Work.insert(Work.end(), F.Blocks[Next].Succs.begin(),
                  F.Blocks[Next].Succs.end());
    }
    if (Seen[At])
      continue;
    Smallest = B.TermRange.Length;
    Found = Head;
  }
  return Found;
}

bool Machine::endsWithTalk(ir::Name Record) {
  if (!Record)
    return false;
  if (!Talkative) {
    Talkative.emplace();
    for (const ir::Function &F : P.module().Functions) {
      std::set<const ir::Function *> Seen;
      if (F.Destructor && F.Defined && communicates(F, Seen))
        Talkative->insert(F.Record);
    }
  }
  return Talkative->count(Record) != 0;
}

/// A local of the top frame goes; false: it would wait, or end the program.
bool Machine::endLocal(State &S, int32_t Number, size_t I) {
  Frame &F = S.Processes[Number].top();
  Value Gone = F.Locals[I];
  Object *O = object(S, Gone);
  if (!O)
    return true;
  ir::Role Is = F.F->Locals[I].Type.Is;
  if (O->How == Object::Guard)
    release(*O, S, Number);
  else if (Is == ir::Role::CancelSource && O->How == Object::CancelSource &&
           O->Parent >= 0)
    S.Objects[O->Parent].Closed = true;
  else if (O->How == Object::Handle &&
           (Is == ir::Role::JoiningThread || Is == ir::Role::Thread))
    return false;
  else if (O->How == Object::WaitGroup && Is == ir::Role::Group)
    return false;
  // What a destructor of the program would do now is not followed.
  if (const ir::TypeRef &T = F.F->Locals[I].Type;
      !T.indirect() && (endsWithTalk(T.Record) || endsWithTalk(T.Element)))
    return false;
  F.Locals[I] = {};
  destroy(S, Gone, Is);
  return true;
}

/// Ends frames until one has a handler. Their locals go: locks are let go of,
/// cancel sources cancel. One that would wait ends the run. \p Called: the
/// exception comes out of the event where the process stands.
bool Machine::unwind(State &S, int32_t Number, ir::Range Where, bool Called) {
  Process &Pr = S.Processes[Number];
  for (bool First = !Called;; First = false) {
    Frame &F = Pr.top();
    if (!First) {
      const ir::Event &Call = F.F->Blocks[F.Block].Events[F.Index];
      if (auto Head = tryAround(*F.F, F.Block, Call)) {
        const ir::Range Try = F.F->Blocks[*Head].TermRange;
        for (size_t I = F.Locals.size(); I-- != 0;) {
          const ir::Location &At = F.F->Locals[I].Where.Begin;
          if (At.Offset >= Try.Begin.Offset && At.Offset < Try.endOffset() &&
              !endLocal(S, Number, I))
            return false;
        }
        F.Block = F.F->Blocks[*Head].Succs[1];
        F.Index = 0;
        return true;
      }
    }
    for (size_t I = F.Locals.size(); I-- != 0;)
      if (!endLocal(S, Number, I))
        return false;
    if (F.Once >= 0)
      S.Objects[F.Once].Count = 2;
    bool Last = Pr.Stack.size() == 1;
    if (Last) {
      // Out of a goroutine it ends the program, unless it is kept for whoever
      // waits for that; out of the scope's function it is somebody else's, and
      // those left behind go on.
      if (Number == 0 ? F.F->Main : !Pr.Caught)
        return false;
      Pr.Stack.pop_back();
      Pr.How = Process::Done;
      Pr.Left = Where;
      Pr.Failed = Pr.Caught;
      if (Pr.CountsDown >= 0) {
        Object &Group = S.Objects[Pr.CountsDown];
        --Group.Count;
        Group.Failed = true;
      }
      return true;
    }
    Pr.Stack.pop_back();
  }
}

} // namespace runnel::analysis::protocol
