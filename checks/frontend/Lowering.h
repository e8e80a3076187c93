//===- Lowering.h - One function's body to blocks of events -----*- C++ -*-===//
//
// clang's CFG gives the order of evaluation and the ends of lifetimes;
// BodyFacts gives what surrounds each piece. Each member function below that
// emits events is about one concept and lives in the file named beside it.
//
// Invariants:
//  1. Events are emitted in the order of the function's blocks, so that the
//     number of an event is its position (Place::Result).
//  2. A piece of an expression that the CFG has as an element of its own is
//     walked then, and never again as part of what is around it.
//  3. A substituted local (a reference, or a pointer assigned once) never
//     occurs as the root of a place.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_FRONTEND_LOWERING_H
#define RUNNEL_CHECKS_FRONTEND_LOWERING_H

#include "checks/frontend/BodyFacts.h"
#include "checks/frontend/ModuleBuilder.h"

#include <unordered_map>

namespace runnel::frontend {

/// A call or construction, taken apart.
struct CallParts {
  const clang::Expr *Call = nullptr;
  const clang::FunctionDecl *Callee = nullptr;
  const clang::Expr *Object = nullptr; ///< of a method call
  llvm::SmallVector<const clang::Expr *, 6> Args;
  llvm::SmallVector<clang::QualType, 6> Params; ///< as declared; may be short
  ir::PlaceId Subject = ir::NoPlace; ///< the object's place, or what it makes
};

class Lowering {
public:
  Lowering(ModuleBuilder &Builder, const clang::FunctionDecl *Decl,
           ir::Function &F, llvm::ArrayRef<const clang::ValueDecl *> CaptureOf);

  void lower(const clang::Stmt *Body);
  /// Parameters, captures and contracts alone: for what has no body here.
  void lowerSignature();

private:
  // Blocks (LowerBlocks.cpp, LowerTrips.cpp, LowerFinish.cpp).
  void makeBlocks(const clang::CFG &Graph);
  void lowerBlock(const clang::CFGBlock *B);
  void lowerElement(const clang::CFGElement &E);
  void lowerTerminator(const clang::CFGBlock *B, ir::Block &Out);
  void lowerSwitch(const clang::CFGBlock *B, ir::Block &Out);
  void splitAtTries();
  void threadJoins(llvm::ArrayRef<const clang::CFGBlock *> Order);
  void simplify();
  void finish();
  ir::TripCount tripsOf(const clang::Stmt *Loop);

  // Expressions (LowerWalk.cpp).
  void walk(const clang::Stmt *S);
  void walkTop(const clang::Stmt *S);
  void walkChildren(const clang::Stmt *S);
  void walkVariable(const clang::VarDecl *V);
  void walkReturn(const clang::Expr *Value, clang::SourceRange Where);
  void walkAssignment(const clang::BinaryOperator *B);
  void walkUnary(const clang::UnaryOperator *U);
  void walkNew(const clang::CXXNewExpr *N);
  void makeNew(const clang::CXXNewExpr *N);
  void unwindGuards(clang::SourceRange Where);
  void access(const clang::Expr *E, uint32_t Flags);
  void writtenValue(ir::PlaceId To, std::optional<int64_t> Value);
  std::optional<int64_t> addedByAtomic(const CallParts &P);
  void accessPlace(ir::PlaceId P, uint32_t Flags, clang::SourceRange Where);
  /// What default member initialisers do to an object nobody else constructs.
  void initialiseFields(ir::PlaceId Object, const clang::CXXRecordDecl *R,
                        clang::SourceRange Where, unsigned Depth = 0);
  /// A reference, pointer, handle or closure place now refers to what E does.
  void assign(ir::PlaceId To, const clang::Expr *E, clang::SourceRange Where);

  // Calls (LowerCalls.cpp).
  void walkCall(const clang::CallExpr *C);
  void walkArgs(const clang::Expr *Object,
                llvm::ArrayRef<const clang::Expr *> Args);
  void lowerCall(CallParts &P);
  bool assigns(CallParts &P);
  bool emplacesElement(CallParts &P);
  void ordinaryCall(CallParts &P, bool Quiet = false);
  void unknownCall(const clang::CallExpr *C);
  bool dependentLocking(const clang::Expr *Object, llvm::StringRef Method);
  void stackAllocation(const clang::CallExpr *C);
  void objectAccess(const CallParts &P);
  void argumentAccess(const CallParts &P);
  void callCallables(const CallParts &P, uint32_t Flags);
  void finishValue(const CallParts &P, uint32_t EventNumber);
  bool mayThrow(const clang::FunctionDecl *F);
  bool isReader(const CallParts &P);

  // What the vocabulary knows (LowerActions.cpp, LowerSync.cpp,
  // LowerChannels.cpp). Each returns whether the call is fully told.
  bool lowerAction(CallParts &P, const Action &A);
  bool lockAction(CallParts &P, const Action &A);
  bool waitAction(CallParts &P, const Action &A);
  bool blockAction(CallParts &P, const Action &A);
  bool spawnAction(CallParts &P, const Action &A);
  bool countAction(CallParts &P, const Action &A);
  bool channelAction(CallParts &P, const Action &A);
  bool selectAction(CallParts &P, const Action &A);
  bool timeAction(CallParts &P, const Action &A);
  bool ownerAction(CallParts &P, const Action &A);
  ir::SelectCase selectCase(const clang::Expr *E);
  const clang::CallExpr *caseCall(const clang::Expr *E, Action &Which,
                                  ir::PlaceId &Named);
  std::pair<ir::PlaceId, ir::PlaceId> pairPlaces(const clang::Expr *Call);
  const clang::Expr *argument(const CallParts &P, int8_t Index) const;
  ir::PlaceId subject(CallParts &P, int8_t Index);
  ir::PlaceId lockPlace(const clang::Expr *E);

  // Objects (LowerObjects.cpp).
  void walkConstruct(const clang::CXXConstructExpr *C);
  void guardBegin(CallParts &P, ir::PlaceId Guard,
                  llvm::ArrayRef<const clang::Expr *> Args,
                  const RecordInfo &Info, bool Unnamed,
                  const clang::CXXConstructorDecl *Ctor);
  bool constructRole(CallParts &P, const RecordInfo &Info,
                     const clang::CXXConstructExpr *C);
  void destroy(ir::PlaceId P, clang::QualType T, clang::SourceLocation At,
               bool Local);
  ir::PlaceId targetPlace(const clang::Expr *E);
  void initialiseParts(const clang::Expr *List);
  void constructIn(const CallParts &P, ir::PlaceId Object,
                   const clang::CXXRecordDecl *R);
  bool hasChannels(const clang::CXXRecordDecl *R, unsigned Depth);
  void sharesChannels(ir::PlaceId From, ir::PlaceId To, const clang::Expr *By);
  static bool isNil(const clang::CXXConstructExpr *C);
  void makeChannel(ir::PlaceId To, const clang::Expr *Room,
                   clang::SourceRange R);
  bool isUnnamed(const clang::Expr *E) const;
  void declare(const clang::VarDecl *V);

  // Closures (LowerClosures.cpp).
  void walkLambda(const clang::LambdaExpr *L);
  ir::Name closureFunction(const clang::CXXRecordDecl *Closure);

  // Conditions (LowerConditions.cpp).
  ir::Condition condition(const clang::Expr *E, unsigned Depth = 0);
  bool conditionOfCall(const clang::Expr *E, ir::Condition &Out,
                       unsigned Depth);
  bool conditionOfVariable(const clang::Expr *E, ir::Condition &Out,
                           unsigned Depth);
  bool conditionOfComparison(const clang::Expr *L, const clang::Expr *R,
                             ir::Condition::Order How, ir::Condition &Out,
                             unsigned Depth);
  void opaque(const clang::Expr *E, ir::Condition &Out);
  void readsOf(const clang::Stmt *S, std::vector<ir::PlaceId> &Out,
               unsigned Depth = 0);
  ir::Name canonicalText(const clang::Expr *E);
  const clang::CallExpr *selectOf(const clang::Expr *E);
  std::optional<int64_t> constant(const clang::Expr *E);
  /// Of a scalar or an atomic.
  std::optional<int64_t> initialValue(const clang::Expr *Init);
  /// The place of what a call of the program's own code returned.
  ir::PlaceId resultOf(const clang::Expr *E);

  // Places (LowerPlaces.cpp).
  ir::PlaceId resolve(const clang::Expr *E);
  ir::PlaceId resolveUncached(const clang::Expr *E);
  ir::PlaceId resolveDecl(const clang::DeclRefExpr *D);
  ir::PlaceId resolveVariable(const clang::VarDecl *V);
  ir::PlaceId resolveBinding(const clang::BindingDecl *B);
  ir::PlaceId resolveCall(const clang::CallExpr *C);
  ir::PlaceId resolveThis();
  ir::PlaceId aliasOf(const clang::VarDecl *V);
  ir::PlaceId resolveAccessor(const clang::Expr *E, ir::PlaceId This,
                              unsigned Depth);
  bool stable(const clang::Expr *E, unsigned Depth = 0);
  const clang::Expr *accessorResult(const clang::CXXMethodDecl *M);
  ir::PlaceId root(ir::Place::Kind Kind, uint32_t Index, ir::Name Symbol,
                   clang::QualType T);
  ir::PlaceId field(ir::PlaceId Base, const clang::ValueDecl *F,
                    clang::QualType T);
  ir::PlaceId index(ir::PlaceId Base, ir::Name Text, clang::QualType T);
  ir::PlaceId step(ir::PlaceId Base, ir::Step S, clang::QualType T);
  ir::PlaceId localPlace(const clang::ValueDecl *V);
  uint64_t frameBytes(const clang::VarDecl *V) const;
  ir::PlaceId unknownPlace(clang::QualType T);
  ir::Name indexText(const clang::Expr *E);
  ir::Operand operand(const clang::Expr *E, clang::QualType Param = {});
  ir::Name spelling(const clang::Expr *E);
  void operandOf(const clang::Expr *E, ir::Operand &Out, unsigned Depth);

  // Contracts (LowerContracts.cpp).
  void lowerContracts(const clang::FunctionDecl *D);

  ir::Event &emit(ir::Op What, clang::SourceRange Where);
  uint32_t nextEvent() const { return EventCount; }

  ModuleBuilder &Builder;
  Types &T;
  Sources &Where;
  Symbols &Names;
  clang::ASTContext &Context;
  const clang::FunctionDecl *Decl;
  ir::Function &F;
  llvm::ArrayRef<const clang::ValueDecl *> CaptureOf;
  BodyFacts Facts;

  // Of the block being lowered.
  ir::Block *Current = nullptr;
  const BodyFacts::Statement *CurrentStatement = nullptr;
  const clang::Stmt *CurrentTop = nullptr;
  uint32_t EventCount = 0;
  unsigned WalkDepth = 0;

  llvm::DenseSet<const clang::Stmt *> Elements; ///< invariant 2
  llvm::DenseMap<const clang::CFGBlock *, ir::BlockId> BlockOf;
  llvm::DenseMap<const clang::Stmt *, ir::BlockId> TryDispatch;
  /// Of each event, by number: the innermost try it is in.
  std::vector<int> TryOfEvent;

  llvm::DenseMap<const clang::ValueDecl *, uint32_t> LocalIndex;
  llvm::DenseMap<const clang::ValueDecl *, uint32_t> CaptureIndex;
  llvm::DenseMap<const clang::VarDecl *, ir::PlaceId> Aliases;
  llvm::DenseSet<const clang::VarDecl *> Resolving;
  llvm::DenseMap<const clang::Expr *, ir::PlaceId> ResolvedCalls;
  llvm::DenseMap<const clang::Expr *, uint32_t> NumberOf;  ///< of its event
  llvm::DenseMap<const clang::Expr *, ir::PlaceId> MadeBy; ///< temporaries
  llvm::DenseMap<const clang::CXXBindTemporaryExpr *, ir::PlaceId> TempPlace;
  llvm::DenseSet<const clang::ValueDecl *> Declared;
  llvm::DenseSet<const clang::VarDecl *> ReturnedGuards;
  /// What an aggregate that is returned is called while it is put together.
  llvm::DenseMap<const clang::Expr *, ir::PlaceId> ReturnedParts;
  /// Guards of dependent type: the CFG does not know that they are destroyed.
  llvm::DenseSet<const clang::VarDecl *> DependentGuards;
  struct StepKey {
    ir::PlaceId Base;
    unsigned Kind;
    const void *Symbol;
    const void *Id;
    bool operator==(const StepKey &) const = default;
  };
  struct StepKeyHash {
    size_t operator()(const StepKey &K) const {
      return llvm::hash_combine(K.Base, K.Kind, K.Symbol, K.Id);
    }
  };
  std::unordered_map<StepKey, ir::PlaceId, StepKeyHash> Steps;
  uint32_t Unknowns = 0;
  std::unordered_map<ir::Name, ir::PlaceId> UnknownByText;
  unsigned ResolveDepth = 0;

  /// Lowered when this function's places have their final numbers.
  struct PendingLambda {
    const clang::CXXMethodDecl *Call;
    std::vector<ir::Capture> Captures;
    std::vector<const clang::ValueDecl *> Decls;
  };
  std::vector<PendingLambda> Lambdas;
};

/// Types whose value is a way to something else.
bool refers(Types &T, clang::QualType Type);

} // namespace runnel::frontend

#endif
