//===- LowerBlocks.cpp - From clang's CFG to blocks -----------------------===//
//
// Blocks come out in clang's order from entry to exit. Exception edges are not
// clang's, which would leave each call twice and skip destructors: a block that
// enters a try block ends with a Try terminator whose first successor is the
// body and whose others are the handlers.
//
//===----------------------------------------------------------------------===//

#include "checks/frontend/Lowering.h"

#include "llvm/ADT/PostOrderIterator.h"

namespace runnel::frontend {

using namespace clang;
using ir::NoPlace;
using ir::PlaceId;

Lowering::Lowering(ModuleBuilder &Builder, const FunctionDecl *Decl,
                   ir::Function &F, llvm::ArrayRef<const ValueDecl *> CaptureOf)
    : Builder(Builder), T(Builder.types()), Where(Builder.sources()),
      Names(Builder.symbols()), Context(Builder.context()), Decl(Decl), F(F),
      CaptureOf(CaptureOf) {
  for (size_t I = 0; I < CaptureOf.size(); ++I)
    CaptureIndex[CaptureOf[I]] = I;
}

void Lowering::lowerSignature() { lowerContracts(Decl); }

static CFG::BuildOptions buildOptions() {
  CFG::BuildOptions O;
  O.AddInitializers = true;
  O.AddImplicitDtors = true;
  O.AddTemporaryDtors = true;
  O.AddLifetime = true;
  O.AddCXXDefaultInitExprInCtors = true;
  // Assignments and the reads below a condition are told in order with calls.
  O.setAlwaysAdd(Stmt::BinaryOperatorClass);
  O.setAlwaysAdd(Stmt::CompoundAssignOperatorClass);
  O.setAlwaysAdd(Stmt::LambdaExprClass);
  O.setAlwaysAdd(Stmt::CoawaitExprClass);
  O.setAlwaysAdd(Stmt::CoyieldExprClass);
  O.setAlwaysAdd(Stmt::CXXNewExprClass);
  O.setAlwaysAdd(Stmt::CXXThrowExprClass);
  return O;
}

void Lowering::lower(const Stmt *Body) {
  lowerContracts(Decl);
  if (const auto *C = dyn_cast<CoroutineBodyStmt>(Body))
    Body = C->getBody();
  Facts.look(Decl, Body);
  if (Facts.TooDeep) {
    F.Incomplete = true;
    return;
  }
  F.Coroutine |= Facts.Coroutine;
  for (const AttributedStmt *S : Facts.Attributed)
    Builder.allow(S->getAttrs(), S->getSourceRange());
  for (const CXXRecordDecl *R : Facts.LocalClasses)
    Builder.lowerLocalClass(R);
  static const CFG::BuildOptions Options = buildOptions();
  std::unique_ptr<CFG> Graph =
      CFG::buildCFG(Decl, const_cast<Stmt *>(Body), &Context, Options);
  if (!Graph) {
    F.Incomplete = true;
    return;
  }
  makeBlocks(*Graph);
  finish();
  for (PendingLambda &L : Lambdas)
    Builder.lowerInner(L.Call, F.Symbol, std::move(L.Captures), L.Decls);
}

void Lowering::makeBlocks(const CFG &Graph) {
  // What can be reached, handlers of try blocks included.
  llvm::SmallVector<const CFGBlock *, 32> Work{&Graph.getEntry()};
  llvm::SmallPtrSet<const CFGBlock *, 32> Reached{&Graph.getEntry()};
  for (const CFGBlock *Dispatch : Graph.try_blocks())
    if (Dispatch && Reached.insert(Dispatch).second)
      Work.push_back(Dispatch);
  while (!Work.empty()) {
    const CFGBlock *B = Work.pop_back_val();
    for (const CFGBlock::AdjacentBlock &Next : B->succs())
      if (const CFGBlock *S = Next.getReachableBlock())
        if (Reached.insert(S).second)
          Work.push_back(S);
  }
  llvm::SmallVector<const CFGBlock *, 32> Order(Reached.begin(), Reached.end());
  llvm::sort(Order, [](const CFGBlock *A, const CFGBlock *B) {
    return A->getBlockID() > B->getBlockID();
  });
  // The entry has the highest number in every CFG clang builds.
  auto Entry = llvm::find(Order, &Graph.getEntry());
  std::rotate(Order.begin(), Entry, Entry + 1);
  for (size_t I = 0; I < Order.size(); ++I) {
    BlockOf[Order[I]] = I;
    if (const auto *Try =
            dyn_cast_or_null<CXXTryStmt>(Order[I]->getTerminatorStmt()))
      TryDispatch[Try] = I;
    for (const CFGElement &E : *Order[I])
      if (auto S = E.getAs<CFGStmt>())
        Elements.insert(S->getStmt());
  }
  F.Blocks.resize(Order.size());
  for (const CFGBlock *B : Order)
    lowerBlock(B);
  threadJoins(Order);
  // A loop that never ends leads nowhere.
  if (auto Exit = BlockOf.find(&Graph.getExit()); Exit != BlockOf.end())
    F.Blocks[Exit->second].Leaves = true;
  splitAtTries();
}

void Lowering::lowerElement(const CFGElement &E) {
  if (auto S = E.getAs<CFGStmt>(); S && Facts.Hidden.contains(S->getStmt()))
    return;
  switch (E.getKind()) {
  case CFGElement::Statement:
  case CFGElement::Constructor:
  case CFGElement::CXXRecordTypedCall:
    walkTop(E.castAs<CFGStmt>().getStmt());
    return;
  case CFGElement::Initializer: {
    const CXXCtorInitializer *I = E.castAs<CFGInitializer>().getInitializer();
    CurrentStatement = nullptr;
    walk(I->getInit());
    if (!I->isAnyMemberInitializer())
      return;
    const FieldDecl *Field = I->getAnyMember();
    std::optional<int64_t> Value = initialValue(I->getInit());
    if (!I->isWritten() && !Value)
      return;
    PlaceId To = field(resolveThis(), Field, Field->getType());
    if (To == NoPlace)
      return;
    const ir::TypeRef &Type = F.Places[To].Type;
    if (Value && (Type.Scalar || Type.Is == ir::Role::Atomic)) {
      accessPlace(To, ir::Write, I->getSourceRange());
      writtenValue(To, Value);
      if (!I->isWritten() && !Current->Events.empty())
        Current->Events.back().Flags |= ir::Implicit;
      return;
    }
    if (!I->isWritten())
      return;
    bool Refers = Type.indirect() || Type.Is == ir::Role::SharedPointer ||
                  Type.Is == ir::Role::View || Type.Is == ir::Role::Function ||
                  Type.Is == ir::Role::Channel || Type.Is == ir::Role::Sender ||
                  Type.Is == ir::Role::Receiver ||
                  Type.Is == ir::Role::Context ||
                  Type.Is == ir::Role::CancelSource;
    if (Refers && !isa<LambdaExpr>(peel(I->getInit())))
      assign(To, I->getInit(), I->getSourceRange());
    else if (Type.Is == ir::Role::Data || Type.Is == ir::Role::Container)
      accessPlace(To, ir::Write, I->getSourceRange());
    return;
  }
  case CFGElement::AutomaticObjectDtor: {
    auto D = E.castAs<CFGAutomaticObjDtor>();
    const VarDecl *V = D.getVarDecl();
    CurrentStatement = nullptr;
    if (!V->hasLocalStorage() || ReturnedGuards.contains(V) ||
        (aliasOf(V) != NoPlace && V->getType()->isReferenceType()))
      return;
    SourceLocation At =
        D.getTriggerStmt() ? D.getTriggerStmt()->getEndLoc() : V->getLocation();
    if (const auto *Parts = dyn_cast<DecompositionDecl>(V)) {
      for (const BindingDecl *B : llvm::reverse(Parts->bindings()))
        destroy(localPlace(B), B->getType(), At, true);
      return;
    }
    if (V->isImplicit() || isa<ParmVarDecl>(V))
      return;
    destroy(localPlace(V), V->getType().getNonReferenceType(), At, true);
    return;
  }
  case CFGElement::LifetimeEnds: {
    auto L = E.castAs<CFGLifetimeEnds>();
    const VarDecl *V = L.getVarDecl();
    if (!V || !Declared.contains(V) || V->isImplicit())
      return;
    CurrentStatement = nullptr;
    SourceLocation At =
        L.getTriggerStmt() ? L.getTriggerStmt()->getEndLoc() : V->getLocation();
    auto End = [&](const ValueDecl *D) {
      if (!LocalIndex.contains(D))
        return;
      PlaceId P = localPlace(D);
      if (F.Places[P].Type.Is == ir::Role::Guard) {
        if (DependentGuards.contains(V) && !ReturnedGuards.contains(V))
          destroy(P, V->getType(), At, true);
        return;
      }
      ir::Event &Event = emit(ir::Op::ScopeEnd, SourceRange(At, At));
      Event.Subject = P;
      Event.Flags = ir::Implicit;
    };
    if (const auto *Parts = dyn_cast<DecompositionDecl>(V))
      for (const BindingDecl *B : Parts->bindings())
        End(B);
    else
      End(V);
    return;
  }
  case CFGElement::TemporaryDtor: {
    const CXXBindTemporaryExpr *B =
        E.castAs<CFGTemporaryDtor>().getBindTemporaryExpr();
    const Expr *Made = peel(B->getSubExpr());
    PlaceId P = NoPlace;
    if (auto It = TempPlace.find(B); It != TempPlace.end())
      P = It->second;
    else if (auto It2 = MadeBy.find(Made); It2 != MadeBy.end())
      P = It2->second;
    else if (auto It3 = ResolvedCalls.find(Made); It3 != ResolvedCalls.end())
      P = It3->second;
    if (P == NoPlace)
      return;
    if (const BodyFacts::Statement *S = Facts.statementOf(B))
      CurrentStatement = S;
    destroy(P, B->getType(), B->getEndLoc(), true);
    return;
  }
  case CFGElement::MemberDtor: {
    const FieldDecl *Field = E.castAs<CFGMemberDtor>().getFieldDecl();
    CurrentStatement = nullptr;
    destroy(field(resolveThis(), Field, Field->getType()), Field->getType(),
            Decl->getEndLoc(), true);
    return;
  }
  case CFGElement::BaseDtor: {
    const CXXBaseSpecifier *Base = E.castAs<CFGBaseDtor>().getBaseSpecifier();
    CurrentStatement = nullptr;
    destroy(resolveThis(), Base->getType(), Decl->getEndLoc(), true);
    return;
  }
  case CFGElement::DeleteDtor: // told by the delete expression
  default:
    return;
  }
}

void Lowering::lowerBlock(const CFGBlock *B) {
  ir::Block Out;
  Current = &Out;
  CurrentStatement = nullptr;
  for (const CFGElement &E : *B)
    lowerElement(E);
  for (const CFGBlock::AdjacentBlock &Next : B->succs())
    if (const CFGBlock *S = Next.getReachableBlock()) {
      // clang leads what never returns, and what no handler takes, to the exit.
      bool Throws = llvm::any_of(Out.Events, [](const ir::Event &E) {
        return E.What == ir::Op::Throw;
      });
      if (S == &B->getParent()->getExit() &&
          (B->hasNoReturnElement() || Throws ||
           isa_and_nonnull<CXXTryStmt>(B->getTerminatorStmt())))
        continue;
      Out.Succs.push_back(BlockOf[S]);
    }
  if (const auto *Catch = dyn_cast_or_null<CXXCatchStmt>(B->getLabel())) {
    Out.Catch = true;
    (void)Catch;
  }
  lowerTerminator(B, Out);
  // A guard that came as a parameter goes with the function.
  if (B == &B->getParent()->getExit())
    for (const ParmVarDecl *P : Decl->parameters()) {
      if (P->getType()->isReferenceType() || P->getType()->isPointerType())
        continue;
      ir::Role Role = T.role(P->getType());
      if (Role != ir::Role::Guard && Role != ir::Role::CancelSource &&
          Role != ir::Role::JoiningThread)
        continue;
      CurrentStatement = nullptr;
      if (P->getFunctionScopeIndex() < F.Params.size())
        destroy(root(ir::Place::Param, P->getFunctionScopeIndex(), {},
                     P->getType()),
                P->getType(), Decl->getEndLoc(), true);
    }
  F.Blocks[BlockOf[B]] = std::move(Out);
  Current = nullptr;
}

void Lowering::lowerSwitch(const CFGBlock *B, ir::Block &Out) {
  const auto *Switch = cast<SwitchStmt>(B->getTerminatorStmt());
  const Expr *On = Switch->getCond();
  if (const CallExpr *Select = selectOf(On)) {
    (void)Select;
    Out.Cond.What = ir::Condition::SelectWon;
  } else if (PlaceId P = resolve(On); P != NoPlace) {
    Out.Cond.What = ir::Condition::Truth;
    Out.Cond.Subject = P;
    Out.Cond.Reads.push_back(P);
  } else {
    opaque(On, Out.Cond);
  }
  Out.Cond.Text = canonicalText(On);
  for (const CFGBlock::AdjacentBlock &Next : B->succs()) {
    const CFGBlock *S = Next.getReachableBlock();
    if (!S)
      continue;
    ir::Block::CaseValue Value;
    if (const auto *Case = dyn_cast_or_null<CaseStmt>(S->getLabel()))
      if (auto Number = constant(Case->getLHS())) {
        Value.Default = false;
        Value.Value = *Number;
      }
    Out.CaseValues.push_back(Value);
  }
}

/// The piece of a condition that a block's terminator decides on. clang's own
/// answer is none where temporaries are destroyed after the condition.
static const Expr *decidingCondition(const CFGBlock *B) {
  if (const Expr *E = B->getLastCondition())
    return E;
  const auto *E = dyn_cast_or_null<Expr>(B->getTerminatorCondition());
  for (unsigned Depth = 0; E && Depth < 64; ++Depth) {
    const auto *Op = dyn_cast<BinaryOperator>(peel(E));
    if (!Op || !Op->isLogicalOp())
      break;
    E = Op->getRHS();
  }
  return E;
}

void Lowering::lowerTerminator(const CFGBlock *B, ir::Block &Out) {
  CFGTerminator Term = B->getTerminator();
  const Stmt *S = Term.getStmt();
  if (!S)
    return;
  if (!Term.isStmtBranch()) {
    // Whether a temporary was made, or a virtual base is ours to build.
    if (Out.Succs.size() == 2) {
      Out.Term = ir::Terminator::If;
      Out.Cond.What = ir::Condition::Opaque;
      Out.Cond.Text = "(temporary)";
    }
    return;
  }
  const Expr *Cond = decidingCondition(B);
  switch (S->getStmtClass()) {
  case Stmt::IfStmtClass:
    Out.Term = ir::Terminator::If;
    break;
  case Stmt::WhileStmtClass:
    Out.Term = ir::Terminator::While;
    break;
  case Stmt::DoStmtClass:
    Out.Term = ir::Terminator::Do;
    break;
  case Stmt::ForStmtClass:
    Out.Term = ir::Terminator::For;
    break;
  case Stmt::CXXForRangeStmtClass: {
    Out.Term = ir::Terminator::RangeFor;
    Out.TermRange = Where.range(S->getSourceRange());
    Out.Trips = tripsOf(S);
    const auto *Loop = cast<CXXForRangeStmt>(S);
    const Expr *Over = Loop->getRangeInit();
    if (!Over)
      return;
    switch (T.role(Over->getType())) {
    case ir::Role::Channel:
    case ir::Role::Receiver: {
      PlaceId Channel = resolve(Over);
      CurrentStatement = Facts.statementOf(Over);
      PlaceId To = NoPlace;
      if (const VarDecl *V = Loop->getLoopVariable();
          V && !isa<DecompositionDecl>(V) && aliasOf(V) == NoPlace)
        To = localPlace(V);
      ir::Event &E = emit(ir::Op::Recv, Over->getSourceRange());
      E.Subject = Channel;
      E.Other = To;
      E.Flags = ir::Ranged;
      E.Spelling = spelling(Over);
      Out.Cond.What = ir::Condition::Received;
      Out.Cond.Subject = Channel;
      return;
    }
    default:
      CurrentStatement = Facts.statementOf(S);
      access(Over, ir::Read);
      opaque(Over, Out.Cond);
      Out.Cond.Text = ir::Name(("for: " + Out.Cond.Text.str()).str());
      return;
    }
  }
  case Stmt::SwitchStmtClass:
    Out.Term = ir::Terminator::Switch;
    Out.TermRange = Where.range(S->getSourceRange());
    lowerSwitch(B, Out);
    return;
  case Stmt::CXXTryStmtClass:
    Out.Term = ir::Terminator::Try;
    return;
  case Stmt::ConditionalOperatorClass:
  case Stmt::BinaryConditionalOperatorClass:
  case Stmt::BinaryOperatorClass:
  case Stmt::ChooseExprClass:
    Out.Term = ir::Terminator::If;
    break;
  case Stmt::IndirectGotoStmtClass:
    Out.Term = ir::Terminator::Goto;
    return;
  default: // break, continue, goto: one way on
    if (Out.Succs.size() == 2) {
      Out.Term = ir::Terminator::If;
      Out.Cond.What = ir::Condition::Opaque;
    }
    return;
  }
  Out.TermRange = Where.range(S->getSourceRange());
  bool Loop = Out.Term != ir::Terminator::If;
  if (Loop)
    Out.Trips = tripsOf(S);
  if (Cond)
    Out.Cond = condition(Cond);
  else if (Loop) {
    Out.Cond.What = ir::Condition::Constant;
    Out.Cond.Value = 1;
  }
  // An edge that clang pruned leaves a plain way on.
  if (Out.Succs.size() < 2 && !Loop) {
    Out.Term = ir::Terminator::None;
    Out.Cond = {};
    Out.TermRange = {};
  }
}

} // namespace runnel::frontend
