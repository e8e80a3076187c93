//===- Records.cpp - Classes and globals as facts -------------------------===//

#include "checks/frontend/ModuleBuilder.h"

namespace runnel::frontend {

using namespace clang;

static ir::Access accessOf(AccessSpecifier A) {
  switch (A) {
  case AS_public:
    return ir::Access::Public;
  case AS_protected:
    return ir::Access::Protected;
  case AS_private:
    return ir::Access::Private;
  case AS_none:
    return ir::Access::None;
  }
  return ir::Access::None;
}

void ModuleBuilder::addField(const DeclaratorDecl *D, ir::Record &Record) {
  if (!D->getDeclName())
    return;
  ir::Field Field;
  Field.Symbol = Names.of(D);
  Field.Id = ir::Name(D->getNameAsString());
  Field.Type = TypeTable.ref(D->getType());
  Field.Visible = accessOf(D->getAccess());
  Field.GuardedBy = guardOf(TypeTable, D);
  Field.Where = Where.token(D->getLocation());
  Field.Declaration = Where.statement(D->getSourceRange());
  if (const TypeSourceInfo *Info = D->getTypeSourceInfo()) {
    Field.TypeText =
        Where.range(Info->getTypeLoc().getUnqualifiedLoc().getSourceRange());
    // Of an instance, as the template has it: `std::deque<T>`.
    if (isa<ClassTemplateSpecializationDecl>(D->getDeclContext()) &&
        Field.TypeText.editable())
      if (llvm::StringRef Text = Where.text(
              Info->getTypeLoc().getUnqualifiedLoc().getSourceRange());
          !Text.empty() && Text.size() < 200)
        Field.Type.Spelling = ir::Name(Text);
  }
  if (const auto *F = dyn_cast<FieldDecl>(D)) {
    Field.Mutable = F->isMutable();
    Field.Initialised = F->hasInClassInitializer();
  } else if (const auto *V = dyn_cast<VarDecl>(D)) {
    Field.Static = true;
    Field.ThreadLocal = V->getTLSKind() != VarDecl::TLS_None;
    Field.Initialised = V->hasInit();
  }
  Record.Fields.push_back(std::move(Field));
}

/// Fields of anonymous structs and unions are the outer class's.
static void eachField(const CXXRecordDecl *R,
                      llvm::function_ref<void(const DeclaratorDecl *)> Do,
                      unsigned Depth = 0) {
  for (const Decl *D : R->decls()) {
    if (const auto *F = dyn_cast<FieldDecl>(D)) {
      if (F->isAnonymousStructOrUnion() && Depth < 8) {
        if (const CXXRecordDecl *Inner = F->getType()->getAsCXXRecordDecl())
          eachField(Inner, Do, Depth + 1);
      } else {
        Do(F);
      }
    } else if (const auto *V = dyn_cast<VarDecl>(D)) {
      Do(V);
    }
  }
}

void ModuleBuilder::fillRecord(const CXXRecordDecl *R, ir::Record &Record) {
  const CXXRecordDecl *Pattern = Symbols::pattern(R);
  const RecordInfo &Info = TypeTable.record(R);
  Record.Symbol = Info.Symbol;
  Record.Id = Names.qualified(Pattern);
  Record.Is = Info.Is;
  Record.Traits = Info.Traits;
  Record.Struct = R->isStruct() || R->isUnion();
  Record.Aggregate = !R->isDependentType() && R->isAggregate();
  Record.Polymorphic = R->isPolymorphic();
  Record.Final = R->isEffectivelyFinal();
  Record.Lambda = R->isLambda();
  Record.Local = R->isLocalClass() != nullptr;
  Record.Internal = !R->isExternallyVisible();
  Record.Template = Pattern->getDescribedClassTemplate() != nullptr ||
                    isa<ClassTemplatePartialSpecializationDecl>(Pattern);
  Record.System = Where.isSystem(R->getLocation());
  Record.InHeader = !Where.isMain(R->getLocation());
  for (const DeclContext *C = Pattern->getDeclContext(); C; C = C->getParent())
    if (isa<CXXRecordDecl, FunctionDecl>(C)) {
      Record.Outer = Names.of(cast<NamedDecl>(C));
      break;
    }
  if (Pattern->getDeclContext()->isRecord())
    Record.Visible = accessOf(Pattern->getAccess());
  for (const CXXBaseSpecifier &B : R->bases()) {
    const CXXRecordDecl *Base = TypeTable.classOf(B.getType());
    if (!Base)
      continue;
    Record.Bases.push_back({TypeTable.record(Base).Symbol,
                            accessOf(B.getAccessSpecifier()), B.isVirtual()});
    want(Base);
    wantLock(Base);
  }
  for (const FriendDecl *Friend : R->friends()) {
    if (const NamedDecl *D = Friend->getFriendDecl()) {
      Record.Friends.push_back(Names.of(D));
    } else if (const TypeSourceInfo *Type = Friend->getFriendType()) {
      if (const CXXRecordDecl *Of = TypeTable.classOf(Type->getType()))
        Record.Friends.push_back(Names.of(Of));
    }
  }
  eachField(R, [&](const DeclaratorDecl *D) { addField(D, Record); });
  for (const Decl *D : R->decls()) {
    if (const auto *T = dyn_cast<FunctionTemplateDecl>(D))
      D = T->getTemplatedDecl();
    const auto *M = dyn_cast<CXXMethodDecl>(D);
    if (!M || M->isImplicit())
      continue;
    Record.Methods.push_back({Names.of(M), accessOf(M->getAccess())});
    if (!isa<CXXConstructorDecl, CXXDestructorDecl>(M) &&
        !M->isCopyAssignmentOperator() && !M->isMoveAssignmentOperator())
      Record.Behaviour = true;
  }
  Record.Where = Where.token(R->getLocation());
  if (R->getBraceRange().isValid())
    Record.Body = Where.range(R->getBraceRange());
}

/// A library's lock that a class inherits from: that it is one matters there.
void ModuleBuilder::wantLock(const CXXRecordDecl *R) {
  const RecordInfo &Info = TypeTable.record(R);
  if ((Info.Is != ir::Role::Lock && Info.Is != ir::Role::CondVar) ||
      !Where.isSystem(R->getLocation()) ||
      !SeenRecords.insert(Info.Symbol).second)
    return;
  ir::Record Record;
  Record.Symbol = Info.Symbol;
  Record.Id = Names.qualified(Symbols::pattern(R));
  Record.Is = Info.Is;
  Record.Traits = Info.Traits;
  Record.System = Record.InHeader = true;
  Out.Records.push_back(std::move(Record));
}

void ModuleBuilder::want(const CXXRecordDecl *R) {
  const CXXRecordDecl *Definition = R->getDefinition();
  if (!Definition) {
    R = Symbols::pattern(R);
    Definition = R->getDefinition();
  }
  if (!Definition || Definition->isInvalidDecl())
    return;
  ir::Name Symbol = Names.of(Definition);
  if (SeenRecords.contains(Symbol))
    return;
  // Of system classes the roles in TypeRefs are enough.
  if (Where.isSystem(Definition->getLocation()))
    return;
  SeenRecords.insert(Symbol);
  ir::Record Record;
  fillRecord(Definition, Record);
  Out.Records.push_back(std::move(Record));
  allow(Definition);
}

void ModuleBuilder::want(const VarDecl *V) {
  if (V->hasLocalStorage())
    return;
  if (V->isStaticDataMember()) {
    // A field of its class.
    if (const auto *R = dyn_cast<CXXRecordDecl>(V->getDeclContext()))
      want(R);
    return;
  }
  ir::Name Symbol = Names.of(V);
  if (!SeenGlobals.insert(Symbol).second)
    return;
  const VarDecl *Definition = V->getDefinition();
  const VarDecl *D = Definition ? Definition : V;
  ir::Global Global;
  Global.Symbol = Symbol;
  Global.Id = Names.qualified(D);
  Global.Type = TypeTable.ref(D->getType());
  Global.Internal = !D->isExternallyVisible();
  Global.ThreadLocal = D->getTLSKind() != VarDecl::TLS_None;
  Global.FunctionLocal = D->isStaticLocal();
  Global.InHeader = !Where.isMain(D->getLocation());
  Global.System = Where.isSystem(D->getLocation());
  Global.Defined = Definition != nullptr;
  if (D->isStaticLocal())
    if (const auto *F =
            dyn_cast_or_null<FunctionDecl>(D->getParentFunctionOrMethod()))
      Global.Function = Names.of(F);
  Global.GuardedBy = guardOf(TypeTable, D);
  Global.Where = Where.token(D->getLocation());
  Global.Declaration = Where.statement(D->getSourceRange());
  Out.Globals.push_back(std::move(Global));
  if (const CXXRecordDecl *R = TypeTable.classOf(D->getType()))
    want(R);
}

} // namespace runnel::frontend
