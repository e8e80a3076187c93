//===- LowerClosures.cpp - Lambdas ----------------------------------------===//
//
// A lambda is a Closure event where it stands and a Function of its own, whose
// captures say which places of the outer function they come from.
//
//===----------------------------------------------------------------------===//

#include "checks/frontend/Lowering.h"

namespace runnel::frontend {

using namespace clang;
using ir::NoPlace;
using ir::PlaceId;

void Lowering::walkLambda(const LambdaExpr *L) {
  const CXXRecordDecl *Closure = L->getLambdaClass();
  std::vector<ir::Capture> Captures;
  std::vector<const ValueDecl *> CapturedDecls;
  llvm::SmallVector<ir::Operand, 6> Operands;
  auto Init = L->capture_init_begin();
  for (const LambdaCapture &C : L->captures()) {
    const Expr *From = Init != L->capture_init_end() ? *Init++ : nullptr;
    ir::Capture Out;
    Out.Implicit = C.isImplicit();
    Out.Where = Where.token(C.getLocation());
    ir::Operand Operand;
    if (C.capturesThis()) {
      Out.Id = "this";
      Out.IsThis = true;
      Out.ByReference = C.getCaptureKind() == LCK_This;
      Out.Source = resolveThis();
      Out.Type = F.Places[Out.Source].Type;
      CapturedDecls.push_back(nullptr);
      Operand.How = ir::Operand::PlaceArg;
      Operand.Place = Out.Source;
      Operand.ByReference = Out.ByReference;
    } else if (C.capturesVariable()) {
      const ValueDecl *V = C.getCapturedVar();
      Out.Id = ir::Name(V->getNameAsString());
      Out.ByReference = C.getCaptureKind() == LCK_ByRef;
      Out.Type = T.ref(V->getType());
      const auto *Var = dyn_cast<VarDecl>(V);
      if (Var && Var->isInitCapture()) {
        if (From)
          walk(From);
        Operand = operand(Var->getInit() ? Var->getInit() : From);
        Out.Source = Operand.Place;
        Operand.ByReference |= Out.ByReference;
      } else {
        if (auto Captured = CaptureIndex.find(V);
            Captured != CaptureIndex.end())
          Out.Source =
              root(ir::Place::Capture, Captured->second, {}, V->getType());
        else if (const auto *B = dyn_cast<BindingDecl>(V))
          Out.Source = resolveBinding(B);
        else if (Var)
          Out.Source = resolveVariable(Var);
        Operand.Place = Out.Source;
        if (Out.Source != NoPlace)
          Operand.How = ir::Operand::PlaceArg;
        Operand.ByReference = Out.ByReference;
        // A closure captured by value stays callable by its name.
        if (const CXXRecordDecl *R = T.classOf(V->getType());
            R && R->isLambda()) {
          Operand.How = ir::Operand::Lambda;
          Operand.Symbol = closureFunction(R);
        }
        if (!Out.ByReference)
          accessPlace(Out.Source, ir::Read, L->getIntroducerRange());
      }
      CapturedDecls.push_back(V);
    } else {
      continue; // a pack or a VLA's size
    }
    Captures.push_back(std::move(Out));
    Operands.push_back(Operand);
  }
  PlaceId To = NoPlace;
  auto At = Facts.Targets.find(L);
  if (At != Facts.Targets.end() && (At->second.What == Target::Variable ||
                                    At->second.What == Target::Member))
    To = targetPlace(L);
  ir::Event &E = emit(ir::Op::Closure, L->getSourceRange());
  E.Callee = closureFunction(Closure);
  E.Subject = To;
  E.Args.assign(Operands.begin(), Operands.end());
  const CXXMethodDecl *Call = L->getCallOperator();
  if (!Call)
    return;
  // Of a generic lambda the first instance, as of any template.
  if (const FunctionTemplateDecl *Generic =
          Call->getDescribedFunctionTemplate())
    for (const FunctionDecl *Instance : Generic->specializations())
      if (Instance->hasBody()) {
        Call = cast<CXXMethodDecl>(Instance);
        break;
      }
  Lambdas.push_back({Call, std::move(Captures), std::move(CapturedDecls)});
}

} // namespace runnel::frontend
