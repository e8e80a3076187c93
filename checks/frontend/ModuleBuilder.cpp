//===- ModuleBuilder.cpp - A translation unit's module --------------------===//

#include "checks/frontend/ModuleBuilder.h"
#include "checks/frontend/Lowering.h"

namespace runnel::frontend {

using namespace clang;

// Lambdas in lambdas in local classes: nobody writes more.
static constexpr unsigned MaxInnerDepth = 32;

ModuleBuilder::ModuleBuilder(ASTContext &Context,
                             const FrontendOptions &Options)
    : Context(Context), Options(Options), Where(Context, Options.ProjectRoot),
      Names(Where),
      TypeTable(Context, Where, Names,
                Options.Vocab ? *Options.Vocab : Vocabulary::builtin()) {}

ir::Function ModuleBuilder::header(const FunctionDecl *D) {
  ir::Function F;
  const FunctionDecl *Pattern = Symbols::pattern(D);
  F.Symbol = Names.of(D);
  F.Id = Names.qualified(Pattern);
  F.NoReturn = D->isNoReturn();
  F.Template = Pattern != D || D->isTemplated();
  F.Internal = !Pattern->isExternallyVisible();
  F.InHeader = !Where.isMain(D->getLocation());
  F.System = Where.isSystem(D->getLocation());
  F.Implicit = D->isImplicit();
  F.Main = D->isMain();
  F.Operator = D->isOverloadedOperator();
  F.Assignment = D->getOverloadedOperator() == OO_Equal ||
                 (D->getIdentifier() && D->getName() == "swap");
  if (const auto *P = D->getType()->getAs<FunctionProtoType>())
    F.NoExcept = !isUnresolvedExceptionSpec(P->getExceptionSpecType())
                     ? P->isNothrow()
                     : isa<CXXDestructorDecl>(D);
  if (D->hasAttr<NoThrowAttr>() || (D->isExternC() && F.System))
    F.NoExcept = true;
  F.Visible = ir::Access::None;
  F.Static = D->getStorageClass() == SC_Static;
  if (const auto *M = dyn_cast<CXXMethodDecl>(D)) {
    const CXXRecordDecl *R = M->getParent();
    F.Record = Names.of(R);
    switch (M->getAccess()) {
    case AS_public:
      F.Visible = ir::Access::Public;
      break;
    case AS_protected:
      F.Visible = ir::Access::Protected;
      break;
    case AS_private:
      F.Visible = ir::Access::Private;
      break;
    case AS_none:
      break;
    }
    F.Constructor = isa<CXXConstructorDecl>(M);
    F.Destructor = isa<CXXDestructorDecl>(M);
    F.Static = M->isStatic();
    F.Const = M->isConst();
    F.Virtual = M->isVirtual();
    F.Final = M->hasAttr<FinalAttr>() || R->isEffectivelyFinal();
    F.Lambda = R->isLambda() && M->getOverloadedOperator() == OO_Call;
    F.Mutable = F.Lambda && !M->isConst();
    for (const CXXMethodDecl *Base : M->overridden_methods())
      F.Overrides.push_back(Names.of(Base));
    llvm::sort(F.Overrides);
  }
  F.Result = TypeTable.ref(D->getReturnType());
  for (const ParmVarDecl *P : D->parameters()) {
    ir::Variable V;
    V.Id = ir::Name(P->getName());
    V.Type = TypeTable.ref(P->getType());
    if (!F.System) {
      V.Where = Where.token(P->getLocation());
      V.Declaration = Where.range(P->getSourceRange());
      if (const TypeSourceInfo *Info = P->getTypeSourceInfo())
        V.TypeText = Where.range(
            Info->getTypeLoc().getUnqualifiedLoc().getSourceRange());
    }
    F.Params.push_back(std::move(V));
  }
  if (!F.System) {
    F.Where = Where.token(D->getLocation());
    F.Whole = Where.range(D->getSourceRange());
  }
  Annotations Noted = annotationsOf(D);
  F.Blocking = Noted.Blocking;
  F.Suspends = Noted.Suspends;
  F.NoEscape = Noted.NoEscape;
  for (const Action &A : TypeTable.meaning(D)) {
    F.Blocking |= A.What == Verb::Block && A.UnlessArg == Action::Absent;
    F.Suspends |= A.What == Verb::Suspend;
    F.NoEscape |=
        A.What == Verb::Now || A.What == Verb::Offload || A.What == Verb::Host;
    F.Hosts |= A.What == Verb::Host;
    F.Offloads |= A.What == Verb::Offload;
    F.ThreadMemory |= A.What == Verb::ThreadMemory;
    F.ThreadIdentity |= A.What == Verb::ThreadIdentity;
    F.DeepStack |= A.What == Verb::DeepStack;
    F.TakesHandler |= A.What == Verb::Handler;
  }
  return F;
}

void ModuleBuilder::want(const FunctionDecl *F) {
  const FunctionDecl *P = Symbols::pattern(F);
  ir::Name Symbol = Names.of(F);
  Wanted.try_emplace(Symbol, P->isImplicit() ? F : P);
  if (const auto *M = dyn_cast<CXXMethodDecl>(F);
      M && !M->getParent()->isLambda())
    want(M->getParent());
}

void ModuleBuilder::lowerBody(const FunctionDecl *D, const Stmt *Body,
                              ir::Function &F,
                              llvm::ArrayRef<const ValueDecl *> CaptureOf) {
  F.Defined = true;
  F.Body = Where.range(Body->getSourceRange());
  Lowering L(*this, D, F, CaptureOf);
  L.lower(Body);
  if (F.Incomplete || F.Blocks.empty()) {
    // No graph: one block, so that the invariants of a body hold.
    F.Incomplete = true;
    F.Locals.clear();
    F.Places.clear();
    F.Contracts.clear();
    F.Blocks.clear();
    F.Blocks.emplace_back();
    F.Blocks.back().Leaves = true;
    for (ir::Capture &C : F.Captures)
      (void)C; // sources are the outer function's places
  }
}

bool ModuleBuilder::lowerFunction(const FunctionDecl *D) {
  if (D->isInvalidDecl() || D->isDefaulted())
    if (D->isInvalidDecl() || !D->hasBody())
      return false;
  const FunctionDecl *Definition = nullptr;
  const Stmt *Body = D->getBody(Definition);
  if (!Body || !Definition || Definition != D)
    return false;
  ir::Name Symbol = Names.of(D);
  if (LoweredFunctions.contains(Symbol))
    return true;
  LoweredFunctions.insert(Symbol);
  ir::Function F = header(D);
  lowerBody(D, Body, F, {});
  Out.Functions.push_back(std::move(F));
  allow(D);
  return true;
}

void ModuleBuilder::lowerInner(const FunctionDecl *D, ir::Name Parent,
                               std::vector<ir::Capture> Captures,
                               llvm::ArrayRef<const ValueDecl *> CaptureOf) {
  const FunctionDecl *Definition = nullptr;
  const Stmt *Body = D->getBody(Definition);
  ir::Name Symbol = Names.of(D);
  if (LoweredFunctions.contains(Symbol))
    return;
  LoweredFunctions.insert(Symbol);
  ir::Function F = header(D);
  F.Parent = Parent;
  F.Captures = std::move(Captures);
  if (Body && InnerDepth < MaxInnerDepth) {
    ++InnerDepth;
    lowerBody(D, Body, F, CaptureOf);
    --InnerDepth;
  } else {
    F.Incomplete = true;
  }
  Out.Functions.push_back(std::move(F));
}

void ModuleBuilder::lowerLocalClass(const CXXRecordDecl *R) {
  if (InnerDepth >= MaxInnerDepth)
    return;
  ++InnerDepth;
  walkRecord(R);
  --InnerDepth;
}

void ModuleBuilder::walkMethods(const CXXRecordDecl *R) {
  for (const Decl *D : R->decls()) {
    if (const auto *F = dyn_cast<FunctionDecl>(D)) {
      // Compiler-made members run destructors and initialisers; copies and
      // moves add nothing.
      if (F->isImplicit() || F->isDefaulted()) {
        const auto *C = dyn_cast<CXXConstructorDecl>(F);
        const auto *Ends = dyn_cast<CXXDestructorDecl>(F);
        if ((!Ends && !(C && C->isDefaultConstructor())) || F->isTrivial())
          continue;
        // Clang writes them for those who use them, and where the bodies of
        // system headers are parsed these may be the only ones.
        if (!Ends || !Ends->isVirtual()) {
          CompilerMade.push_back(F);
          continue;
        }
      }
      lowerFunction(F);
    } else if (const auto *T = dyn_cast<FunctionTemplateDecl>(D)) {
      walkFunctionTemplate(T);
    } else if (const auto *Inner = dyn_cast<CXXRecordDecl>(D)) {
      if (!Inner->isInjectedClassName())
        walkRecord(Inner);
    } else if (const auto *T = dyn_cast<ClassTemplateDecl>(D)) {
      walkClassTemplate(T);
    } else if (const auto *Friend = dyn_cast<FriendDecl>(D)) {
      if (const NamedDecl *N = Friend->getFriendDecl()) {
        if (const auto *F = dyn_cast<FunctionDecl>(N))
          lowerFunction(F);
        else if (const auto *T = dyn_cast<FunctionTemplateDecl>(N))
          walkFunctionTemplate(T);
      }
    }
  }
}

void ModuleBuilder::walkRecord(const CXXRecordDecl *R) {
  if (!R->isThisDeclarationADefinition() || R->isInvalidDecl())
    return;
  want(R);
  walkMethods(R);
}

void ModuleBuilder::walkFunctionTemplate(const FunctionTemplateDecl *T) {
  for (const FunctionDecl *F : T->specializations()) {
    if (F->getTemplateSpecializationKind() == TSK_ExplicitSpecialization)
      continue; // a function of its own, declared where it is written
    const FunctionDecl *Definition = nullptr;
    if (F->hasBody(Definition) && lowerFunction(Definition))
      return;
  }
  lowerFunction(T->getTemplatedDecl());
}

void ModuleBuilder::walkClassTemplate(const ClassTemplateDecl *T) {
  const CXXRecordDecl *Pattern = T->getTemplatedDecl();
  if (!Pattern->isThisDeclarationADefinition())
    return;
  // Instantiations first: what they know of types the template does not.
  for (const ClassTemplateSpecializationDecl *S : T->specializations()) {
    if (S->getTemplateSpecializationKind() == TSK_ExplicitSpecialization ||
        !S->hasDefinition())
      continue;
    if (Symbols::pattern(S)->getCanonicalDecl() != Pattern->getCanonicalDecl())
      continue; // of a partial specialization
    walkRecord(S->getDefinition());
  }
  walkRecord(Pattern);
}

void ModuleBuilder::walkDecl(const Decl *D) {
  if (!Options.LowerSystem && Where.isSystem(D->getLocation()) &&
      !isa<LinkageSpecDecl, ExportDecl>(D))
    return;
  switch (D->getKind()) {
  case Decl::Namespace:
  case Decl::LinkageSpec:
  case Decl::Export:
    walk(cast<DeclContext>(D));
    return;
  case Decl::CXXRecord:
  case Decl::ClassTemplateSpecialization: {
    if (const auto *S = dyn_cast<ClassTemplateSpecializationDecl>(D);
        S && S->getTemplateSpecializationKind() != TSK_ExplicitSpecialization)
      return; // through its template
    walkRecord(cast<CXXRecordDecl>(D));
    return;
  }
  case Decl::ClassTemplatePartialSpecialization:
    walkRecord(cast<CXXRecordDecl>(D));
    return;
  case Decl::ClassTemplate:
    walkClassTemplate(cast<ClassTemplateDecl>(D));
    return;
  case Decl::FunctionTemplate:
    walkFunctionTemplate(cast<FunctionTemplateDecl>(D));
    return;
  case Decl::Function:
  case Decl::CXXMethod:
  case Decl::CXXConstructor:
  case Decl::CXXDestructor:
  case Decl::CXXConversion: {
    const auto *F = cast<FunctionDecl>(D);
    // An out-of-line member of a template: its instances come first.
    if (F->isTemplated()) {
      if (const auto *M = dyn_cast<CXXMethodDecl>(F))
        if (const ClassTemplateDecl *T =
                M->getParent()->getDescribedClassTemplate())
          for (const ClassTemplateSpecializationDecl *S : T->specializations())
            for (const CXXMethodDecl *Instance : S->methods()) {
              const FunctionDecl *Definition = nullptr;
              if (Symbols::pattern(Instance)->getCanonicalDecl() ==
                      F->getCanonicalDecl() &&
                  Instance->hasBody(Definition) && lowerFunction(Definition))
                return;
            }
    }
    lowerFunction(F);
    return;
  }
  case Decl::Var: {
    const auto *V = cast<VarDecl>(D);
    if (!V->getDescribedVarTemplate())
      want(V);
    if (const auto *C = dyn_cast_or_null<CXXConstructExpr>(
            V->getInit() ? V->getInit()->IgnoreImplicit() : nullptr);
        C && !V->isTemplated() &&
        !Where.isSystem(C->getConstructor()->getLocation()))
      want(C->getConstructor());
    allow(V);
    return;
  }
  default:
    return;
  }
}

void ModuleBuilder::walk(const DeclContext *Scope) {
  for (const Decl *D : Scope->decls())
    walkDecl(D);
}

// Those that project code uses, which may be by others of them.
void ModuleBuilder::lowerCompilerMade() {
  for (bool Again = true; Again;) {
    Again = false;
    // By number: what is lowered may add to them.
    for (size_t I = 0; I < CompilerMade.size(); ++I) {
      const FunctionDecl *&F = CompilerMade[I];
      if (!F || !Wanted.contains(Names.of(F)))
        continue;
      const FunctionDecl *Used = std::exchange(F, nullptr);
      lowerFunction(Used);
      Again = true;
    }
  }
}

void ModuleBuilder::addSuppressions() {
  const SourceManager &SM = Where.manager();
  for (unsigned I = 0, N = SM.local_sloc_entry_size(); I < N; ++I) {
    const SrcMgr::SLocEntry &Entry = SM.getLocalSLocEntry(I);
    if (!Entry.isFile() ||
        SrcMgr::isSystem(Entry.getFile().getFileCharacteristic()))
      continue;
    FileID File =
        SM.getFileID(SourceLocation::getFromRawEncoding(Entry.getOffset()));
    findSuppressions(Where, File, Out.Suppressions);
  }
}

ir::Module ModuleBuilder::build() {
  Out.MainFiles.push_back(Where.file(Where.manager().getMainFileID()));
  for (const Decl *D : Context.getTraversalScope()) {
    if (const auto *TU = dyn_cast<TranslationUnitDecl>(D))
      walk(TU);
    else
      walkDecl(D);
  }
  lowerCompilerMade();
  for (auto &[Symbol, F] : Wanted) {
    if (LoweredFunctions.contains(Symbol))
      continue;
    ir::Function Callee = header(F);
    if (!Callee.System) {
      Lowering L(*this, F, Callee, {});
      L.lowerSignature();
    }
    Out.Functions.push_back(std::move(Callee));
  }
  addSuppressions();
  Out.HasErrors = Context.getDiagnostics().hasUncompilableErrorOccurred();
  Out.BeforeCxx17 = !Context.getLangOpts().CPlusPlus17;
  Out.BeforeCxx20 = !Context.getLangOpts().CPlusPlus20;
  Out.canonicalize();
  return std::move(Out);
}

} // namespace runnel::frontend
