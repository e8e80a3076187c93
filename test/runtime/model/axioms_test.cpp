// The checker against the text of the standard: for random small programs, the set of outcomes that
// it finds equals the set that the axioms of C++20 allow, worked out in the dullest way: every
// choice of whom each load reads and of modification orders, every relation as a matrix.
// ([intro.races], [atomics.order], [atomics.fences]; without load buffering.)
#include "random_program.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace runnel::model {
namespace {

constexpr int most = 24;
using relation = std::array<std::array<bool, most>, most>;

struct op {
  int thread = -1; ///< -1: initial values
  verb what = verb::store;
  int loc = 0;
  order how = rlx;
  std::int64_t stored = 0; ///< of a store; of an add: computed
  bool writes() const { return what == verb::store || what == verb::add; }
  bool reads() const { return what == verb::load || what == verb::add; }
  bool fence() const { return what == verb::fence; }
};

void close(relation& r, int n) {
  for (int k = 0; k < n; ++k)
    for (int i = 0; i < n; ++i)
      if (r[i][k])
        for (int j = 0; j < n; ++j)
          r[i][j] = r[i][j] || r[k][j];
}
bool acyclic(relation r, int n) {
  close(r, n);
  for (int i = 0; i < n; ++i)
    if (r[i][i])
      return false;
  return true;
}

class axioms {
public:
  explicit axioms(const program& p) {
    ops_.push_back({-1, verb::store, 0, rlx, 0});
    ops_.push_back({-1, verb::store, 1, rlx, 0});
    for (std::size_t t = 0; t < p.size(); ++t) {
      std::int64_t next = static_cast<std::int64_t>(t + 1) * 10;
      for (const step& s : p[t]) {
        op o{static_cast<int>(t), s.what, s.where, s.how, 0};
        if (s.what == verb::store)
          o.stored = next++;
        ops_.push_back(o);
      }
    }
    n_ = static_cast<int>(ops_.size());
    for (int i = 0; i < n_; ++i)
      for (int j = 0; j < n_; ++j)
        sb_[i][j] = (i < 2 && j >= 2) || (i >= 2 && i < j && ops_[i].thread == ops_[j].thread);
  }
  bool small() const { return n_ <= most; }

  outcomes allowed() {
    choose_reads(0);
    return result_;
  }

private:
  void choose_reads(int i) {
    while (i < n_ && !ops_[i].reads())
      ++i;
    if (i == n_) {
      relation r = sb_;
      for (int k = 0; k < n_; ++k)
        if (ops_[k].reads())
          r[from_[k]][k] = true;
      if (acyclic(r, n_))
        choose_orders();
      return;
    }
    for (int w = 0; w < n_; ++w)
      if (w != i && ops_[w].writes() && ops_[w].loc == ops_[i].loc) {
        from_[i] = w;
        choose_reads(i + 1);
      }
  }

  void choose_orders() {
    std::vector<int> of[2];
    for (int i = 2; i < n_; ++i)
      if (ops_[i].writes())
        of[ops_[i].loc].push_back(i);
    std::vector<int> x = of[0];
    do {
      std::vector<int> y = of[1];
      do
        judge(x, y);
      while (std::next_permutation(y.begin(), y.end()));
    } while (std::next_permutation(x.begin(), x.end()));
  }

  void judge(const std::vector<int>& x, const std::vector<int>& y) {
    std::array<int, most> place{}; // in modification order; 0 for the initial value
    for (const auto* order : {&x, &y})
      for (std::size_t k = 0; k < order->size(); ++k)
        place[(*order)[k]] = static_cast<int>(k) + 1;
    for (int i = 0; i < n_; ++i)
      if (ops_[i].what == verb::add && place[from_[i]] + 1 != place[i])
        return;

    // Coherence-ordered before, [atomics.order]/3.
    relation cob{};
    for (int a = 0; a < n_; ++a)
      for (int b = 0; b < n_; ++b) {
        if (a == b || ops_[a].fence() || ops_[b].fence() || ops_[a].loc != ops_[b].loc)
          continue;
        const bool reads_it = ops_[a].writes() && ops_[b].reads() && from_[b] == a;
        const bool earlier = ops_[a].writes() && ops_[b].writes() && place[a] < place[b];
        const bool overwrites = ops_[a].reads() && ops_[b].writes() && place[from_[a]] < place[b];
        cob[a][b] = reads_it || earlier || overwrites;
      }
    close(cob, n_);

    relation sw{};
    for (int r = 0; r < n_; ++r) {
      if (!ops_[r].reads())
        continue;
      for (int w = from_[r];; w = from_[w]) { // heads whose release sequences r reads from
        for (int source = 0; source < n_; ++source) {
          if (!releases(ops_[source].how) || ops_[source].thread < 0)
            continue;
          if (source != w && !(ops_[source].fence() && sb_[source][w]))
            continue;
          for (int sink = 0; sink < n_; ++sink)
            if (acquires(ops_[sink].how) && (sink == r || (ops_[sink].fence() && sb_[r][sink])))
              sw[source][sink] = true;
        }
        if (ops_[w].what != verb::add)
          break;
      }
    }
    relation hb = sb_;
    for (int i = 0; i < n_; ++i)
      for (int j = 0; j < n_; ++j)
        hb[i][j] = hb[i][j] || sw[i][j];
    close(hb, n_);
    for (int i = 0; i < n_; ++i)
      for (int j = 0; j < n_; ++j)
        if (hb[i][j] && (i == j || cob[j][i]))
          return;

    if (!total_order_exists(cob, sw, hb))
      return;
    tell(x, y);
  }

  bool total_order_exists(const relation& cob, const relation& sw, const relation& hb) {
    const auto seq = [&](int i) { return ops_[i].how == order::seq_cst && ops_[i].thread >= 0; };
    // Strongly happens before, [intro.races].
    relation strongly{};
    for (int a = 0; a < n_; ++a)
      for (int d = 0; d < n_; ++d) {
        bool yes =
            sb_[a][d] || (sw[a][d] && seq(a) && seq(d) && !ops_[a].fence() && !ops_[d].fence());
        for (int b = 0; b < n_ && !yes; ++b)
          for (int c = 0; c < n_ && !yes; ++c)
            yes = sb_[a][b] && hb[b][c] && sb_[c][d];
        strongly[a][d] = yes;
      }
    close(strongly, n_);
    relation s{};
    for (int a = 0; a < n_; ++a)
      for (int b = 0; b < n_; ++b) {
        if (seq(a) && seq(b) && strongly[a][b])
          s[a][b] = true;
        if (!cob[a][b])
          continue;
        if (seq(a) && seq(b))
          s[a][b] = true;
        for (int f = 0; f < n_; ++f) {
          if (!ops_[f].fence() || !seq(f))
            continue;
          if (seq(a) && hb[b][f])
            s[a][f] = true;
          if (hb[f][a] && seq(b))
            s[f][b] = true;
          for (int g = 0; g < n_; ++g)
            if (hb[f][a] && ops_[g].fence() && seq(g) && hb[b][g])
              s[f][g] = true;
        }
      }
    return acyclic(s, n_);
  }

  void tell(const std::vector<int>& x, const std::vector<int>& y) {
    const std::function<std::int64_t(int)> value = [&](int w) -> std::int64_t {
      return ops_[w].what == verb::add ? value(from_[w]) + 100 : ops_[w].stored;
    };
    std::vector<std::int64_t> row;
    for (int i = 2; i < n_; ++i) // threads one after the other, as run() tells them
      if (ops_[i].reads())
        row.push_back(value(from_[i]));
    row.push_back(x.empty() ? 0 : value(x.back()));
    row.push_back(y.empty() ? 0 : value(y.back()));
    result_.insert(row);
  }

  std::vector<op> ops_;
  int n_ = 0;
  relation sb_{};
  std::array<int, most> from_{};
  outcomes result_;
};

TEST(Axioms, TheCheckerFindsWhatTheStandardAllows) {
  std::mt19937 random(3);
  std::size_t compared = 0, weak = 0;
  for (int i = 0; i < 400; ++i) {
    const program p = random_program(random, false, 4);
    axioms a(p);
    if (!a.small())
      continue;
    options o;
    o.place_stores = true;
    const result r = run(p, o);
    ASSERT_TRUE(r.ok) << r.failure;
    const outcomes allowed = a.allowed();
    ASSERT_EQ(r.outcomes, allowed) << show(p);
    ++compared;
    weak += allowed.size() > 1;
  }
  EXPECT_GT(weak, 200u);
  std::printf("%zu programs, %zu with more than one outcome\n", compared, weak);
}

} // namespace
} // namespace runnel::model
