package main

// One receiver selects over k unbuffered channels with a sender each; an operation is a message.
// The cases are written out because reflect.Select, Go's form for run-time lists, is slower.
func selectOver(k, n int, receive func([]chan int, int) int) result {
	n -= n % k
	c := make([]chan int, k)
	for i := range c {
		c[i] = make(chan int)
	}
	w := start()
	for i := range c {
		go func(out chan int) {
			for j := 0; j < n/k; j++ {
				out <- j
			}
		}(c[i])
	}
	sum := receive(c, n)
	r := w.per(n)
	each := n / k
	check(sum == k*each*(each-1)/2, "select")
	return r
}

// One active sender among k channels, the receiver mostly parked on all of them.
func selectIdle(k, n int, receive func([]chan int, int) int) result {
	c := make([]chan int, k)
	for i := range c {
		c[i] = make(chan int)
	}
	w := start()
	go func() {
		for j := 0; j < n; j++ {
			c[k/2] <- j
		}
	}()
	sum := receive(c, n)
	r := w.per(n)
	check(sum == n*(n-1)/2, "select idle")
	return r
}

func init() {
	workloads["select2"] = func(n int) result { return selectOver(2, n, receive2) }
	workloads["select8"] = func(n int) result { return selectOver(8, n, receive8) }
	workloads["select64"] = func(n int) result { return selectOver(64, n, receive64) }
	workloads["select8idle"] = func(n int) result { return selectIdle(8, n, receive8) }
}

func receive2(c []chan int, n int) (sum int) {
	for i := 0; i < n; i++ {
		select {
		case v := <-c[0]:
			sum += v
		case v := <-c[1]:
			sum += v
		}
	}
	return sum
}

func receive8(c []chan int, n int) (sum int) {
	for i := 0; i < n; i++ {
		select {
		case v := <-c[0]:
			sum += v
		case v := <-c[1]:
			sum += v
		case v := <-c[2]:
			sum += v
		case v := <-c[3]:
			sum += v
		case v := <-c[4]:
			sum += v
		case v := <-c[5]:
			sum += v
		case v := <-c[6]:
			sum += v
		case v := <-c[7]:
			sum += v
		}
	}
	return sum
}

func receive64(c []chan int, n int) (sum int) {
	for i := 0; i < n; i++ {
		select {
		case v := <-c[0]:
			sum += v
		case v := <-c[1]:
			sum += v
		case v := <-c[2]:
			sum += v
		case v := <-c[3]:
			sum += v
		case v := <-c[4]:
			sum += v
		case v := <-c[5]:
			sum += v
		case v := <-c[6]:
			sum += v
		case v := <-c[7]:
			sum += v
		case v := <-c[8]:
			sum += v
		case v := <-c[9]:
			sum += v
		case v := <-c[10]:
			sum += v
		case v := <-c[11]:
			sum += v
		case v := <-c[12]:
			sum += v
		case v := <-c[13]:
			sum += v
		case v := <-c[14]:
			sum += v
		case v := <-c[15]:
			sum += v
		case v := <-c[16]:
			sum += v
		case v := <-c[17]:
			sum += v
		case v := <-c[18]:
			sum += v
		case v := <-c[19]:
			sum += v
		case v := <-c[20]:
			sum += v
		case v := <-c[21]:
			sum += v
		case v := <-c[22]:
			sum += v
		case v := <-c[23]:
			sum += v
		case v := <-c[24]:
			sum += v
		case v := <-c[25]:
			sum += v
		case v := <-c[26]:
			sum += v
		case v := <-c[27]:
			sum += v
		case v := <-c[28]:
			sum += v
		case v := <-c[29]:
			sum += v
		case v := <-c[30]:
			sum += v
		case v := <-c[31]:
			sum += v
		case v := <-c[32]:
			sum += v
		case v := <-c[33]:
			sum += v
		case v := <-c[34]:
			sum += v
		case v := <-c[35]:
			sum += v
		case v := <-c[36]:
			sum += v
		case v := <-c[37]:
			sum += v
		case v := <-c[38]:
			sum += v
		case v := <-c[39]:
			sum += v
		case v := <-c[40]:
			sum += v
		case v := <-c[41]:
			sum += v
		case v := <-c[42]:
			sum += v
		case v := <-c[43]:
			sum += v
		case v := <-c[44]:
			sum += v
		case v := <-c[45]:
			sum += v
		case v := <-c[46]:
			sum += v
		case v := <-c[47]:
			sum += v
		case v := <-c[48]:
			sum += v
		case v := <-c[49]:
			sum += v
		case v := <-c[50]:
			sum += v
		case v := <-c[51]:
			sum += v
		case v := <-c[52]:
			sum += v
		case v := <-c[53]:
			sum += v
		case v := <-c[54]:
			sum += v
		case v := <-c[55]:
			sum += v
		case v := <-c[56]:
			sum += v
		case v := <-c[57]:
			sum += v
		case v := <-c[58]:
			sum += v
		case v := <-c[59]:
			sum += v
		case v := <-c[60]:
			sum += v
		case v := <-c[61]:
			sum += v
		case v := <-c[62]:
			sum += v
		case v := <-c[63]:
			sum += v
		}
	}
	return sum
}
