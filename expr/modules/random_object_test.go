package modules_test

import "testing"

// TestRandomObjects compares generators that are objects, and their states.
func TestRandomObjects(t *testing.T) {
	compare(t, `
		(lambda r: [r.random(), r.randint(1,6), r.choice('abc'), r.gauss(0,1), r.getrandbits(70), r.randbytes(3)])(random.Random(42))
		random.Random(x=3).random()
		random.Random('käse').random()
		random.Random([])
		random.Random(42).sample(range(100),5)
		(lambda r, l: (r.shuffle(l), l))(random.Random(1),[1,2,3,4,5])
		random.Random(1).choices([1,2,3],[1,2,3],k=5)
		random.Random(1).getstate()
		(lambda r: (r.gauss(0,1), r.getstate()[2]))(random.Random(1))
		(lambda r: [s := r.getstate(), r.random(), r.setstate(s), r.random()][1:])(random.Random(1))
		(lambda r: [r.gauss(0,1), s := r.getstate(), r.gauss(0,1), r.gauss(0,1), r.setstate(s), r.gauss(0,1), r.gauss(0,1)][2:])(random.Random(1))
		[random.seed(3), s := random.getstate(), random.random(), random.setstate(s), random.random()][2:]
		random.Random(1).setstate((1,2,3))
		random.Random(1).setstate((3,2,3))
		random.Random(1).setstate((3,(1,2),None))
		random.Random(1).setstate((3,(1,)*625,None))
		random.Random(1).setstate((3,(1,)*624+(625,),None))
		[r := random.Random(5), r.setstate((3,(2**40+7,)*624+(1,),None)), r.random()][2]
		type(random.Random(1))
		type(random.Random(1)).__name__
		isinstance(random.SystemRandom(), random.Random)
		issubclass(random.SystemRandom, random.Random)
		0 <= random.SystemRandom().random() < 1
		random.SystemRandom(5).seed(7)
		random.SystemRandom().getstate()
		random.SystemRandom().setstate(1)
		1 <= random.SystemRandom().randint(1,6) <= 6
		len(random.SystemRandom().randbytes(10000))
		random.Random.VERSION
		random.Random(1).randint(1)
		random.Random(1).randint()
		random.Random(1).random(1)
		random.Random(1).foo
		random.Random.random(random.Random(1))
		[r := random.Random(5), q := random.Random(5), [r.random()==q.random() for _ in range(3)]][2]
		random.Random(5) == random.Random(5)
		random.Random(2**100).uniform(1,2)
		random.Random(None).random() < 1
		random.randint(1)
		random.random(1)
		random.getrandbits(k=1)
		random.getstate(1)
		random.setstate()
	`)
}
