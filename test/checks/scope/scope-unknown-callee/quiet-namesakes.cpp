// A lock that is taken by one name and given back by another.
#include <functional>
#include <mutex>

class Node {
  std::mutex mu_;
  int n_ = 0;

public:
  void lock() { mu_.lock(); }
  void unlock() { mu_.unlock(); }
  void add() { ++n_; }
};
class Tree {
  Node root_;

public:
  Node &root() { return root_; }
};
class Range {
  Node *subtree_ = nullptr;

public:
  void prepare(Tree &tree) {
    tree.root().lock();
    subtree_ = &tree.root();
  }
  void release() { subtree_->unlock(); }
};
class Manager {
  Tree tree_;
  std::function<void()> onDone_;
  void escalate() {
    Range range;
    range.prepare(tree_);
    tree_.root().add();
    range.release();
  }

public:
  // trap: escalate has given back what it locked
  void run() {
    escalate();
    onDone_();
  }
};
