// Channels of Boost.Fiber, and of a project's own, in the same words.
//--- .runnel.yaml
vocabulary:
  types:
    - name: acme::Mailbox
      is: channel
      element: 0
      methods:
        put: send value=0
        shut: close
//--- main.cpp
namespace boost::fibers {
template <class T> class buffered_channel {
public:
  explicit buffered_channel(unsigned long capacity);
  int push(const T& v);
  void close() noexcept;
};
} // namespace boost::fibers
namespace acme {
template <class T> struct Mailbox {
  void put(T v);
  void shut();
};
} // namespace acme

void boost_channel(boost::fibers::buffered_channel<int>& c) {
  c.push(1);
  c.close();
  c.close(); // expect: chan-double-close
}
void own_channel(acme::Mailbox<int>& c) {
  c.put(1);
  c.shut();
  c.shut(); // expect: chan-double-close
}
