package modules_test

import "testing"

func TestHashlibAsCPython(t *testing.T) {
	compare(t, `
		hashlib.md5(b'a').hexdigest()
		hashlib.md5().hexdigest()
		hashlib.md5('a')
		hashlib.md5(5)
		hashlib.md5(None)
		hashlib.md5(b'a', b'b')
		hashlib.md5(string=b'a').hexdigest()
		hashlib.md5(data=b'a').hexdigest()
		hashlib.md5(b'a', usedforsecurity=False).hexdigest()
		hashlib.md5(b'a', x=False)
		hashlib.md5(b'a', 1, 2, 3)
		hashlib.md5(b'a', usedforsecurity='').hexdigest()
		hashlib.md5(bytearray(b'abc')).digest()
		[hashlib.new(n, b'abc').hexdigest() for n in ('md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'sha512_224', 'sha512_256')]
		[hashlib.new(n, b'abc').hexdigest() for n in ('sha3_224', 'sha3_256', 'sha3_384', 'sha3_512', 'blake2b', 'blake2s')]
		[(hashlib.new(n).name, hashlib.new(n).digest_size, hashlib.new(n).block_size) for n in sorted(hashlib.algorithms_guaranteed)]
		[f(b'x' * 1000).hexdigest() for f in (hashlib.md5, hashlib.sha1, hashlib.sha224, hashlib.sha256, hashlib.sha384, hashlib.sha512)]
		[f(b'x' * 1000).hexdigest() for f in (hashlib.sha3_224, hashlib.sha3_256, hashlib.sha3_384, hashlib.sha3_512, hashlib.blake2b, hashlib.blake2s)]
		[f(b'x' * 1000).hexdigest(300) for f in (hashlib.shake_128, hashlib.shake_256)]
		hashlib.sha256(b'x' * 10**5).hexdigest()
		hashlib.sha256(bytearray(10**5)).hexdigest()
		[hashlib.blake2b(b'x' * n).hexdigest() for n in (0, 1, 127, 128, 129, 255, 256, 257)]
		[hashlib.blake2s(b'x' * n).hexdigest() for n in (0, 1, 63, 64, 65, 127, 128, 129)]
		[h := hashlib.sha256(), h.update(b'a'), h.update(b'bc'), h.hexdigest() == hashlib.sha256(b'abc').hexdigest(), h.digest() == h.digest()][1:]
		[h := hashlib.sha256(b'a'), c := h.copy(), c.update(b'b'), h.hexdigest() == hashlib.sha256(b'a').hexdigest(), c.hexdigest()][2:]
		[h := hashlib.shake_128(b'a'), c := h.copy(), h.digest(3), h.update(b'b'), h.hexdigest(9), c.hexdigest(9)][2:]
		[h := hashlib.sha3_256(b'a'), c := h.copy(), c.update(b'b'), h.hexdigest(), c.hexdigest()][2:]
		[h := hashlib.blake2b(b'a', key=b'k', digest_size=9), c := h.copy(), c.update(b'b'), h.hexdigest(), c.hexdigest()][2:]
		hashlib.shake_128(b'a').digest()
		hashlib.shake_128(b'a').digest(5)
		hashlib.shake_128(b'a').digest(-5)
		hashlib.shake_128(b'a').digest('a')
		hashlib.shake_128(b'a').digest(length=3)
		hashlib.shake_128(b'a').digest(1, 2)
		hashlib.shake_128(b'a').hexdigest(5)
		hashlib.shake_128(b'a').hexdigest(10**30)
		hashlib.shake_128(b'a').hexdigest(0)
		hashlib.shake_128(b'a').digest_size
		hashlib.shake_128(b'a').block_size
		hashlib.new('SHA256', b'a').name
		hashlib.new('sha512-256', b'a').name
		hashlib.new('sha3-256', b'a').name
		hashlib.new('SHAKE128', b'a').name
		hashlib.new('Sha3_256', b'a').name
		hashlib.new('foo', b'a')
		hashlib.new(5)
		hashlib.new([])
		hashlib.new(b'md5')
		hashlib.new()
		hashlib.new('md5', 'a')
		hashlib.new('md5', data=b'a').hexdigest()
		hashlib.new(name='md5').hexdigest()
		hashlib.new('md5', b'a', 1)
		hashlib.new('md5', b'a', name='x')
		hashlib.new('md5', b'a', usedforsecurity=False).name
		hashlib.new('md5', b'a', x=False).name
		hashlib.new('md5', string=b'a').name
		hashlib.new('blake2b', b'a', digest_size=4).hexdigest()
		hashlib.new('blake2b', b'a', x=4).hexdigest()
		hashlib.new('BLAKE2B', b'a').name
		hashlib.new('', b'a').name
		hashlib.blake2b(b'a', b'b')
		hashlib.blake2b('a')
		hashlib.blake2b(5)
		hashlib.blake2b(data=b'a')
		hashlib.blake2b(b'a', digest_size=0)
		hashlib.blake2b(b'a', digest_size=65)
		hashlib.blake2b(b'a', digest_size='a')
		hashlib.blake2b(b'a', digest_size=10**30)
		hashlib.blake2b('a', digest_size=0)
		hashlib.blake2s(b'a', digest_size=33)
		hashlib.blake2b(b'a', key=b'x' * 65)
		hashlib.blake2s(b'a', key=b'x' * 33)
		hashlib.blake2b(b'a', key='x')
		hashlib.blake2b(b'a', key=b'x').hexdigest()
		hashlib.blake2b(b'', key=b'x').hexdigest()
		hashlib.blake2s(b'', key=b'x' * 32).hexdigest()
		hashlib.blake2b(b'a', key=b'').hexdigest()
		hashlib.blake2b(b'a', salt=b'x' * 17)
		hashlib.blake2s(b'a', salt=b'x' * 9)
		hashlib.blake2b(b'a', person=b'x' * 17)
		hashlib.blake2s(b'a', person=b'x' * 9)
		hashlib.blake2b(b'a', fanout=256)
		hashlib.blake2b(b'a', fanout=-1)
		hashlib.blake2b(b'a', depth=0)
		hashlib.blake2b(b'a', depth=256)
		hashlib.blake2b(b'a', leaf_size=-1)
		hashlib.blake2b(b'a', leaf_size=2**32)
		hashlib.blake2b(b'a', leaf_size=2**64)
		hashlib.blake2b(b'a', leaf_size='a')
		hashlib.blake2b(b'a', node_offset=2**64)
		hashlib.blake2b(b'a', node_offset=2**64 - 1).hexdigest()
		hashlib.blake2b(b'a', node_offset=-1)
		hashlib.blake2s(b'a', node_offset=2**48)
		hashlib.blake2s(b'a', node_offset=2**48 - 2).hexdigest()
		hashlib.blake2b(b'a', node_depth=256)
		hashlib.blake2b(b'a', inner_size=65)
		hashlib.blake2s(b'a', inner_size=33)
		hashlib.blake2b(b'a', last_node='').hexdigest()
		hashlib.blake2b(b'a', last_node=True).hexdigest()
		hashlib.blake2b(b'a', x=1)
		hashlib.blake2b(digest_size=5, person=b'ab', salt=b'c', key=b'k').hexdigest()
		hashlib.blake2b(b'a', digest_size=8, fanout=2, depth=3, leaf_size=4, node_offset=5, node_depth=6, inner_size=7, last_node=True).hexdigest()
		hashlib.blake2s(b'a', digest_size=8, fanout=2, depth=3, leaf_size=4, node_offset=5, node_depth=6, inner_size=7, last_node=True).hexdigest()
		hashlib.blake2s(b'a' * 200, person=b'12345678', salt=b'1234567', key=b'k' * 32, digest_size=31).hexdigest()
		[hashlib.blake2b.MAX_KEY_SIZE, hashlib.blake2b.SALT_SIZE, hashlib.blake2s.PERSON_SIZE, hashlib.blake2s.MAX_DIGEST_SIZE]
		hashlib.blake2b
		hashlib.md5
		hashlib.shake_128
		hashlib.blake2s(b'a').name
		type(hashlib.md5())
		type(hashlib.shake_128())
		type(hashlib.blake2b())
		isinstance(hashlib.shake_128(), type(hashlib.md5()))
		isinstance(hashlib.blake2b(), hashlib.blake2b)
		hashlib.md5().update()
		hashlib.md5().update('a')
		hashlib.md5().update(5)
		hashlib.md5().update(b'a')
		hashlib.md5().update(b'a', b'b')
		hashlib.md5().update(data=b'a')
		hashlib.blake2b().update(data=b'a')
		hashlib.blake2b().update('a')
		hashlib.blake2b().update()
		hashlib.blake2b().digest(1)
		hashlib.blake2b().hexdigest(1)
		hashlib.blake2b().copy(1)
		hashlib.md5().digest(1)
		hashlib.md5().hexdigest(1)
		hashlib.md5().copy(1)
		hashlib.md5().foo
		hashlib.blake2b().foo
		hashlib.md5() == hashlib.md5()
		sorted(hashlib.algorithms_guaranteed)
		'sha512_256' in hashlib.algorithms_available
		'sha512_256' in hashlib.algorithms_guaranteed
		hashlib.pbkdf2_hmac()
		hashlib.pbkdf2_hmac('sha256', b'p', b's', 1).hex()
		hashlib.pbkdf2_hmac('sha1', b'password', b'salt', 4096).hex()
		hashlib.pbkdf2_hmac('sha512', b'p' * 200, b's' * 300, 3, 200).hex()
		hashlib.pbkdf2_hmac('md5', bytearray(b'p'), b'', 3, 17).hex()
		hashlib.pbkdf2_hmac('sha256', b'p', b's', 0)
		hashlib.pbkdf2_hmac('sha256', b'p', b's', -1)
		hashlib.pbkdf2_hmac('sha256', b'p', b's', 2**31)
		hashlib.pbkdf2_hmac('sha256', b'p', b's', 10**30)
		hashlib.pbkdf2_hmac('sha256', b'p', b's', 'a')
		hashlib.pbkdf2_hmac('sha256', 'p', b's', 1)
		hashlib.pbkdf2_hmac('sha256', b'p', 's', 1)
		hashlib.pbkdf2_hmac(5, b'p', b's', 1)
		hashlib.pbkdf2_hmac('foo', b'p', b's', 1)
		hashlib.pbkdf2_hmac('foo', b'p', b's', 0)
		hashlib.pbkdf2_hmac('sha256', b'p', b's', 1, 0)
		hashlib.pbkdf2_hmac('sha256', b'p', b's', 1, -1)
		hashlib.pbkdf2_hmac('sha256', b'p', b's', 1, dklen=5)
		hashlib.pbkdf2_hmac('sha256', b'p', b's', 1, None) == hashlib.pbkdf2_hmac('sha256', b'p', b's', 1, 32)
		hashlib.pbkdf2_hmac('sha256', b'p', b's', 1, 'a')
		hashlib.pbkdf2_hmac('sha256', b'p', b's', 1, 2**31)
		hashlib.pbkdf2_hmac('sha256', b'p', b's', 1, 10**30)
		hashlib.pbkdf2_hmac(hash_name='sha1', password=b'p', salt=b's', iterations=2)
		hashlib.pbkdf2_hmac('sha256', b'p', b's', 1, 5, 6)
		hashlib.pbkdf2_hmac('sha3_256', b'p', b's', 1, 5)
		hashlib.pbkdf2_hmac('SHA256', b'p', b's', 1, 5)
		hashlib.algorithms
	`)
}

func TestHashlibBounds(t *testing.T) {
	checkBounds(t, []bound{
		{"hashlib.pbkdf2_hmac('sha512', b'p', b's', 2**31 - 1)", "TimeoutError"},
		{"hashlib.pbkdf2_hmac('sha256', b'p', b's', 1, 2**31 - 1)", "MemoryError"},
		{"hashlib.pbkdf2_hmac('sha256', b'p', b's', 2, 10**7)", "TimeoutError"},
		{"hashlib.shake_128().digest(2**62)", "MemoryError"},
		{"hashlib.shake_128().hexdigest(10**8)", "MemoryError"},
		{"[x := bytes(10**6), h := hashlib.md5(), [h.update(x) for _ in itertools.count()]]", "MemoryError|TimeoutError"},
		{"[h := hashlib.sha3_512(), [h.copy() for _ in itertools.count()]]", "MemoryError"},
		{"[x := bytearray(10**6), sum(len(hashlib.blake2b(x).digest()) for _ in itertools.count())]", "TimeoutError"},
		{"[x := hashlib.algorithms_available, x.add('x')]", "AttributeError"},
		// What makes much and keeps little needs little.
		{"[h := hashlib.sha1(), [h.update(b'x' * (2100 + i % 2)) for i in range(16000)], h.hexdigest()[:4]][2]", "638e"},
	})
}
