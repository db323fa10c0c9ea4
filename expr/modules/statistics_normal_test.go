package modules_test

import "testing"

// TestNormalDistAsCPython compares distributions, their methods and arithmetic.
func TestNormalDistAsCPython(t *testing.T) {
	compare(t, `
		statistics.NormalDist()
		statistics.NormalDist(5,2)
		statistics.NormalDist(mu=1,sigma=0)
		statistics.NormalDist(1,-1)
		statistics.NormalDist('1','2')
		statistics.NormalDist('1',2)
		statistics.NormalDist(None,1)
		statistics.NormalDist(1,2,3)
		statistics.NormalDist(x=1)
		statistics.NormalDist(100,15).mean, statistics.NormalDist(100,15).stdev, statistics.NormalDist(100,15).variance, statistics.NormalDist(100,15).median, statistics.NormalDist(100,15).mode
		[statistics.NormalDist(100,15).pdf(x) for x in (100, 85.5, 130, -5, 1e9, True)]
		[statistics.NormalDist(100,15).cdf(x) for x in (100, 85.5, 130, -5, 1e9, -1e9)]
		[statistics.NormalDist(100,15).inv_cdf(x/97) for x in range(1,97)]
		[statistics.NormalDist().inv_cdf(10.0**-x) for x in range(1,300,7)]
		[statistics.NormalDist().inv_cdf(1-10.0**-x) for x in range(1,15)]
		[statistics.NormalDist(3,0.1).zscore(x) for x in (1,2.5,3)]
		statistics.NormalDist().inv_cdf(0)
		statistics.NormalDist().inv_cdf(1)
		statistics.NormalDist().inv_cdf('a')
		statistics.NormalDist(0,0).inv_cdf(0.5)
		statistics.NormalDist(0,0).pdf(0.5)
		statistics.NormalDist(0,0).cdf(0.5)
		statistics.NormalDist(0,0).zscore(0.5)
		statistics.NormalDist().pdf('a')
		statistics.NormalDist().cdf('a')
		statistics.NormalDist().cdf()
		statistics.NormalDist().cdf(1,2)
		statistics.NormalDist().zscore(None)
		statistics.NormalDist().quantiles()
		statistics.NormalDist(10,3).quantiles(n=10)
		statistics.NormalDist(10,3).quantiles(1)
		statistics.NormalDist(10,3).quantiles(-1)
		statistics.NormalDist(10,3).quantiles('a')
		statistics.NormalDist(10,3).quantiles(2.0)
		statistics.NormalDist(2.4,1.6).overlap(statistics.NormalDist(3.2,2.0))
		statistics.NormalDist(3.2,2).overlap(statistics.NormalDist(2.4,1.6))
		statistics.NormalDist(3.2,2).overlap(statistics.NormalDist(2.4,2))
		statistics.NormalDist(3.2,0).overlap(statistics.NormalDist(2.4,2))
		statistics.NormalDist(3.2,2).overlap(5)
		statistics.NormalDist.from_samples([1,2,3,4,5.5])
		statistics.NormalDist.from_samples([1])
		statistics.NormalDist.from_samples([])
		statistics.NormalDist.from_samples(range(10))
		statistics.NormalDist.from_samples(x for x in (1,1,1))
		statistics.NormalDist.from_samples(['a','b'])
		statistics.NormalDist.from_samples([float('nan'),1])
		statistics.NormalDist(100,15).samples(4, seed=42)
		statistics.NormalDist(100,15).samples(0)
		statistics.NormalDist(100,15).samples('a')
		statistics.NormalDist(100,15).samples(2, 3)
		[random.seed(7), statistics.NormalDist(100,15).samples(3), random.random()][1:]
		statistics.NormalDist(5,2)+3, 3+statistics.NormalDist(5,2), statistics.NormalDist(5,2)-3, 3-statistics.NormalDist(5,2), statistics.NormalDist(5,2)*-3, -3*statistics.NormalDist(5,2), statistics.NormalDist(5,2)/-4
		statistics.NormalDist(5,2)+statistics.NormalDist(1,3), statistics.NormalDist(5,2)-statistics.NormalDist(1,3)
		statistics.NormalDist(5,2)*statistics.NormalDist(1,3)
		statistics.NormalDist(5,2)/statistics.NormalDist(1,3)
		1/statistics.NormalDist(1,3)
		statistics.NormalDist(5,2)**2
		statistics.NormalDist(5,2)//2
		statistics.NormalDist(5,2)+'a'
		statistics.NormalDist(5,2)/0
		statistics.NormalDist(5,2)+None
		-statistics.NormalDist(5,2), +statistics.NormalDist(5,2)
		~statistics.NormalDist(5,2)
		abs(statistics.NormalDist(5,2))
		statistics.NormalDist(5,2)==statistics.NormalDist(5,2.0), statistics.NormalDist(5,2)!=statistics.NormalDist(5,1), statistics.NormalDist()==1
		statistics.NormalDist()<statistics.NormalDist()
		len({statistics.NormalDist(5,2),statistics.NormalDist(5,2.0)})
		statistics.NormalDist(5,2).foo
		isinstance(statistics.NormalDist(), statistics.NormalDist)
		statistics.NormalDist
		statistics.NormalDist.cdf(statistics.NormalDist(), 1)
		round(statistics.NormalDist(1060,195).cdf(1200)-statistics.NormalDist(1060,195).cdf(1100),3)
		list(map(round, statistics.NormalDist(1060,195).quantiles()))
	`)
}

// TestRecordsAsCPython compares tuples whose elements have names.
func TestRecordsAsCPython(t *testing.T) {
	compare(t, `
		statistics.LinearRegression(1,2)
		statistics.LinearRegression(slope=1,intercept=2).slope
		statistics.LinearRegression(1)
		statistics.LinearRegression(1,2,3)
		statistics.LinearRegression(1,2)+(3,)
		statistics.linear_regression([1,2,3],[2,4,7])
		statistics.linear_regression([1,2,3],[2,4,7]).count(1), statistics.linear_regression([1,2,3],[2,4,6]).index(2)
		isinstance(time.gmtime(0), tuple)
		time.gmtime(0).n_fields, time.gmtime(0).n_sequence_fields, time.struct_time.n_unnamed_fields
		time.gmtime(0).count(0), time.gmtime(0).index(1970), time.gmtime(0).tm_zone, time.struct_time(range(9)).tm_gmtoff
		time.gmtime(0)+(1,), (1,)+time.gmtime(0), time.gmtime(0)[:3]*2
		time.gmtime(0)+1
		1+time.gmtime(0)
		[1]+time.gmtime(0)
		time.gmtime(0)-1
		time.gmtime(0)*1.5
		'a'*time.gmtime(0)
		time.gmtime(0)*time.gmtime(0)
		time.gmtime(0)+time.gmtime(0), 2*time.gmtime(0)
		{1: 2}.keys() & time.gmtime(0)
		time.gmtime(0)==tuple(time.gmtime(0)), time.gmtime(0)[0], len(time.gmtime(0)), hash(time.gmtime(0))==hash(tuple(time.gmtime(0)))
		time.gmtime(0).index(7777)
		sorted(time.gmtime(0))
	`)
}

func TestNormalDistIsBounded(t *testing.T) {
	checkBounds(t, []bound{
		{"statistics.NormalDist().samples(10**10)", "MemoryError"},
		{"statistics.NormalDist().quantiles(10**10)", "MemoryError"},
		{"statistics.NormalDist().samples(10**30)", "OverflowError"},
	})
}
