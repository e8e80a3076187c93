//===- Types.cpp - Roles of classes and types -----------------------------===//

#include "checks/frontend/Types.h"
#include "checks/frontend/Shapes.h"

namespace runnel::frontend {

using namespace clang;

QualType strip(QualType T) {
  for (unsigned Depth = 0; !T.isNull() && Depth < 16; ++Depth) {
    if (const auto *R = T->getAs<ReferenceType>())
      T = R->getPointeeType();
    else if (const auto *P = T->getAs<PointerType>())
      T = P->getPointeeType();
    else if (T->isArrayType())
      T = QualType(T->getPointeeOrArrayElementType(), 0);
    else
      break;
  }
  return T;
}

const CXXRecordDecl *Types::classOf(QualType T) {
  T = strip(T);
  if (T.isNull())
    return nullptr;
  if (const CXXRecordDecl *R = T->getAsCXXRecordDecl())
    return R;
  const TemplateDecl *Template = nullptr;
  if (const auto *S = T->getAs<TemplateSpecializationType>())
    Template = S->getTemplateName().getAsTemplateDecl();
  else if (const auto *D = T->getAs<DeducedTemplateSpecializationType>())
    Template = D->getTemplateName().getAsTemplateDecl();
  if (!Template)
    return nullptr;
  return dyn_cast_or_null<CXXRecordDecl>(Template->getTemplatedDecl());
}

const TypeEntry *Types::typedefEntry(QualType T) {
  for (unsigned Depth = 0; Depth < 16; ++Depth) {
    const auto *Alias = T->getAs<TypedefType>();
    if (!Alias)
      return nullptr;
    const TypedefNameDecl *D = Alias->getDecl();
    if (Vocab.mayBeType(D->getName()))
      if (const TypeEntry *E = Vocab.type(Names.qualified(D)))
        return E;
    T = D->getUnderlyingType();
  }
  return nullptr;
}

const TypeEntry *Types::entry(QualType T) {
  if (T.isNull())
    return nullptr;
  if (const auto *R = T->getAs<ReferenceType>())
    T = R->getPointeeType();
  for (unsigned Depth = 0; Depth < 8; ++Depth) {
    if (const TypeEntry *E = typedefEntry(T))
      return E;
    if (const auto *P = T->getAs<PointerType>())
      T = P->getPointeeType();
    else if (T->isArrayType())
      T = QualType(T->getPointeeOrArrayElementType(), 0);
    else
      break;
  }
  if (const CXXRecordDecl *R = classOf(T))
    return record(R).Entry;
  return nullptr;
}

uint32_t Types::tag(QualType T) {
  const TypeEntry *E = entry(T);
  return E ? E->Tag : 0;
}

/// A class that inherits from one the vocabulary knows.
bool Types::classifyByBase(const CXXRecordDecl *R, RecordInfo &Info) {
  for (const CXXBaseSpecifier &B : R->bases()) {
    const CXXRecordDecl *Base = classOf(B.getType());
    if (!Base || Base->getCanonicalDecl() == R->getCanonicalDecl())
      continue;
    const RecordInfo &Inherited = record(Base);
    if (!Inherited.Entry && Inherited.Is == ir::Role::Data)
      continue;
    bool System = Where.isSystem(R->getLocation());
    switch (Inherited.Is) {
    case ir::Role::Data:
      continue;
    case ir::Role::Thread:
    case ir::Role::JoiningThread:
    case ir::Role::Group:
    case ir::Role::Function:
      // A worker that inherits from a thread is more than a thread.
      if (!System)
        continue;
      break;
    case ir::Role::Lock:
    case ir::Role::Guard:
    case ir::Role::CondVar:
      if (!System && !onlyLocks(R))
        continue;
      break;
    default:
      break;
    }
    Info.Is = Inherited.Is;
    Info.Traits = Inherited.Traits;
    Info.Entry = Inherited.Entry;
    Info.ByAttribute = Inherited.ByAttribute;
    Info.ByShape = Inherited.ByShape;
    Info.LockField = Inherited.LockField;
    Info.LockPath = Inherited.LockPath;
    if (!System && (Info.Is == ir::Role::Lock || Info.Is == ir::Role::Guard))
      Info.Traits |= ir::LockWrapper | ir::UserDefined;
    return true;
  }
  return false;
}

void Types::classify(const CXXRecordDecl *R, RecordInfo &Info) {
  const CXXRecordDecl *Pattern = Symbols::pattern(R);
  llvm::StringRef Short;
  if (const TypedefNameDecl *Alias = R->getTypedefNameForAnonDecl())
    Short = Alias->getName();
  else if (R->getIdentifier())
    Short = R->getName();
  if (!Short.empty() && Vocab.mayBeType(Short))
    if (const TypeEntry *E = Vocab.type(Names.qualified(Pattern))) {
      Info.Entry = E;
      Info.Is = E->Is;
      Info.Traits = E->Traits;
      return;
    }
  if (R->isLambda()) {
    Info.Is = ir::Role::Closure;
    return;
  }
  const CXXRecordDecl *Definition = R->getDefinition();
  if (!Definition)
    Definition = Pattern->getDefinition();
  if (!Definition)
    return;
  if (classifyByAttribute(*this, Definition, Info))
    return;
  if (classifyByBase(Definition, Info))
    return;
  classifyByShape(*this, Definition, Info);
}

const RecordInfo &Types::record(const CXXRecordDecl *R) {
  R = R->getCanonicalDecl();
  auto [It, Inserted] = Records.try_emplace(R);
  if (!Inserted)
    return *It->second;
  // In the table before it is known: a class may mention itself.
  It->second = std::make_unique<RecordInfo>();
  RecordInfo &Info = *It->second;
  Info.Symbol = Names.of(R);
  classify(R, Info);
  return Info;
}

void Types::element(QualType T, const TypeEntry &Entry, ir::TypeRef &Out) {
  QualType Element;
  auto Pick = [&](llvm::ArrayRef<TemplateArgument> Args) {
    // Packs (scoped_lock's) count as their first.
    unsigned Index = Entry.Element;
    if (Index < Args.size()) {
      TemplateArgument A = Args[Index];
      if (A.getKind() == TemplateArgument::Pack && A.pack_size() > 0)
        A = A.pack_elements().front();
      if (A.getKind() == TemplateArgument::Type)
        Element = A.getAsType();
    }
  };
  if (const auto *S = T->getAs<TemplateSpecializationType>();
      S && !S->isTypeAlias()) {
    Pick(S->template_arguments());
  }
  if (Element.isNull())
    if (const auto *Spec = dyn_cast_or_null<ClassTemplateSpecializationDecl>(
            T->getAsCXXRecordDecl()))
      Pick(Spec->getTemplateArgs().asArray());
  if (Element.isNull())
    return;
  const ir::TypeRef &Of = ref(Element);
  Out.Element = Of.Record;
  Out.ElementIs = Of.Is;
  if (Element->isVoidType() &&
      (Out.Is == ir::Role::Channel || Out.Is == ir::Role::Sender ||
       Out.Is == ir::Role::Receiver))
    Out.Traits |= ir::SignalOnly;
  // A guard over a lock that only a fiber waits for, or a recursive one.
  if (Out.Is == ir::Role::Guard)
    Out.Traits |= Of.Traits & ir::FiberAware;
  // A lock behind an owner is locked through it: the place is the owner's.
  if (Of.Is == ir::Role::Lock &&
      (Out.Is == ir::Role::OwningPointer || Out.Is == ir::Role::SharedPointer ||
       Out.Is == ir::Role::Optional))
    Out.Traits |= Of.Traits & (ir::Recursive | ir::SharedMode | ir::Timed |
                               ir::FiberAware | ir::Spin | ir::UserDefined);
}

ir::TypeRef Types::make(QualType T) {
  ir::TypeRef Out;
  if (T.isNull())
    return Out;
  PrintingPolicy Policy(Context.getPrintingPolicy());
  Policy.SuppressTagKeyword = true;
  Policy.SuppressUnwrittenScope = true;
  Policy.AnonymousTagLocations = false;
  Policy.TerseOutput = true;
  Out.Spelling = T.getAsString(Policy);
  if (const auto *R = T->getAs<ReferenceType>()) {
    Out.Reference = isa<LValueReferenceType>(R);
    Out.RValue = !Out.Reference;
    T = R->getPointeeType();
  }
  const TypeEntry *Named = nullptr;
  for (unsigned Depth = 0; Depth < 8; ++Depth) {
    Out.Const = T.isConstQualified();
    Out.Volatile |= T.isVolatileQualified();
    // pthread_t and HANDLE are what their names say, whatever they are made
    // of.
    if ((Named = typedefEntry(T)))
      break;
    if (const auto *P = T->getAs<PointerType>()) {
      Out.Pointer = true;
      T = P->getPointeeType();
    } else if (T->isArrayType()) {
      Out.Array = true;
      T = Context.getBaseElementType(T);
    } else {
      break;
    }
  }
  if (T->isFunctionType()) {
    Out.Is = ir::Role::Function;
    return Out;
  }
  if (T->isMemberPointerType())
    return Out;
  const CXXRecordDecl *R = classOf(T);
  if (Named) {
    Out.Is = Named->Is;
    Out.Traits = Named->Traits;
    if (R && R->getIdentifier())
      Out.Record = record(R).Symbol;
    return Out;
  }
  Out.Scalar = T->isArithmeticType() || T->isEnumeralType();
  if (!R)
    return Out;
  const RecordInfo &Info = record(R);
  Out.Record = Info.Symbol;
  Out.Is = Info.Is;
  Out.Traits = Info.Traits;
  if (Info.Entry && Info.Entry->Element >= 0)
    element(T, *Info.Entry, Out);
  return Out;
}

const ir::TypeRef &Types::ref(QualType T) {
  std::unique_ptr<ir::TypeRef> &Slot = Refs[T.getAsOpaquePtr()];
  if (Slot)
    return *Slot;
  // make() may recurse and move the table.
  auto Made = std::make_unique<ir::TypeRef>(make(T));
  return *(Refs[T.getAsOpaquePtr()] = std::move(Made));
}

} // namespace runnel::frontend
