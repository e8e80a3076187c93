//===- Constant.cpp - What never changes once it is made ------------------===//

#include "checks/web/Constant.h"

#include "checks/analysis/Places.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::web {

using analysis::DataAccess;
using analysis::Facts;
using analysis::Guarding;
using ir::Block;
using ir::Event;
using ir::Function;
using ir::Op;
using ir::Place;

static constexpr unsigned MaxCalls = 4;

/// Replaced as a whole: a write that reads nothing of what was there.
static bool isReplaced(const Guarding *G) {
  return G && llvm::any_of(G->Accesses, [](const DataAccess &A) {
           return A.Write && !analysis::eventAt(*A.In, A.At).has(ir::Read);
         });
}

/// Nobody writes it, or can have a way to.
static bool isLeftAlone(const Guarding *G) {
  return G && llvm::none_of(G->Accesses, [](const DataAccess &A) {
           return A.Write ||
                  analysis::eventAt(*A.In, A.At).has(ir::AddressTaken);
         });
}

/// The const method that the event behind \p Access calls on what it accesses.
static const Function *methodOn(const ir::Program &P, const Block &B,
                                size_t Access) {
  if (Access + 1 >= B.Events.size())
    return nullptr;
  const Event &Call = B.Events[Access + 1];
  if (Call.What != Op::Call || Call.Subject != B.Events[Access].Subject ||
      Call.callKind() != ir::CallKind::Direct)
    return nullptr;
  const Function *F = P.function(Call.Callee);
  return F && F->Const && F->Defined && !F->Incomplete && !F->System ? F
                                                                     : nullptr;
}

static bool isConstant(const Facts &F, const Function &Method, unsigned Calls);

/// An access inside such a method, of a member of its object.
static bool isConstant(const Facts &F, const Function &In, const Block &B,
                       size_t Index, unsigned Calls) {
  const Event &E = B.Events[Index];
  const Place &At = In.place(E.Subject);
  if (E.has(ir::Write | ir::AddressTaken | ir::AtomicAccess) ||
      At.Root != Place::This || At.Path.empty())
    return false;
  const Function *Inner = methodOn(F.program(), B, Index);
  for (size_t I = 0; I < At.Path.size(); ++I) {
    if (At.Path[I].How != ir::Step::Field)
      return false;
    const Guarding *G = F.guardedBy().of(At.Path[I].Symbol);
    const bool Last = I + 1 == At.Path.size();
    if (Last && Inner ? isReplaced(G) : !isLeftAlone(G))
      return false;
  }
  return !Inner || (Calls > 0 && isConstant(F, *Inner, Calls - 1));
}

static bool isConstant(const Facts &F, const Function &Method, unsigned Calls) {
  for (const Block &B : Method.Blocks)
    for (size_t I = 0; I < B.Events.size(); ++I) {
      const Event &E = B.Events[I];
      switch (E.What) {
      case Op::Access:
        if (!isConstant(F, Method, B, I, Calls))
          return false;
        break;
      case Op::Call:
        if (I == 0 || B.Events[I - 1].What != Op::Access ||
            !methodOn(F.program(), B, I - 1))
          return false;
        break;
      case Op::Return:
        if (E.has(ir::ByReference))
          return false;
        break;
      default:
        return false;
      }
    }
  return true;
}

bool readsConstant(const Facts &F, const Guarding &G, const DataAccess &A) {
  if (A.Write)
    return false;
  const Function *Method =
      methodOn(F.program(), A.In->Blocks[A.At.Block], A.At.Index);
  return Method && !isReplaced(&G) && isConstant(F, *Method, MaxCalls);
}

} // namespace runnel::web
