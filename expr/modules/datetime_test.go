package modules_test

import (
	"testing"
	"time"
)

func TestDatetimeAsCPython(t *testing.T) {
	compare(t, `
		datetime.date()
		datetime.date(1)
		datetime.date(2020,1)
		datetime.date(2020,2,30)
		datetime.date(2020,13,1)
		datetime.date(0,1,1)
		datetime.date(10000,1,1)
		datetime.date(2020,1,1,1)
		datetime.date('a',1,1)
		datetime.date(2020.0,1,1)
		datetime.date(2020,1,foo=1)
		datetime.date(year=2020,month=1,day=1)
		datetime.date(2020,1,day=5,year=3)
		datetime.date(10**20,1,1)
		datetime.time(24)
		datetime.time(1,60)
		datetime.time(1,1,60)
		datetime.time(1,1,1,1000000)
		datetime.time(1,2,3,4,5)
		datetime.time(fold=2)
		datetime.time(1,fold=1)
		datetime.time(tzinfo=5)
		datetime.datetime(2020,1,1,25)
		datetime.datetime(2020,1)
		datetime.datetime(2020)
		datetime.datetime()
		datetime.datetime(2020,1,1,tzinfo=datetime.timezone.utc)
		datetime.datetime(2020,1,1,1,2,3,4,datetime.timezone.utc,fold=1)
		datetime.datetime(2020,1,1,1,2,3,4,datetime.timezone.utc,1)
		datetime.timedelta(1,2,3,4,5,6,7)
		datetime.timedelta(1,2,3,4,5,6,7,8)
		datetime.timedelta(foo=1)
		datetime.timedelta('a')
		datetime.timedelta(days='a')
		datetime.timedelta(days=10**10)
		datetime.timedelta(999999999, hours=24)
		datetime.timedelta(days=1.5)
		datetime.timedelta(seconds=0.1)
		datetime.timedelta(microseconds=0.5)
		datetime.timedelta(microseconds=1.5)
		datetime.timedelta(days=float('nan'))
		datetime.timedelta(days=float('inf'))
		datetime.timedelta(-1, 5)
		str(datetime.timedelta(-1,5))
		str(datetime.timedelta(1)), str(datetime.timedelta(2,3,4))
		repr(datetime.timedelta(0))
		datetime.timedelta(1)*2.5
		datetime.timedelta(1)/3
		datetime.timedelta(1)//3
		datetime.timedelta(1)//datetime.timedelta(hours=5)
		datetime.timedelta(1)%timedelta(hours=5)
		divmod(datetime.timedelta(1),datetime.timedelta(hours=5))
		datetime.timedelta(1)/datetime.timedelta(hours=5)
		datetime.timedelta(1)/0
		datetime.timedelta(1)//0
		datetime.timedelta(1)%timedelta(0)
		datetime.timedelta(1)/'a'
		datetime.timedelta(1)+1
		datetime.timedelta(1)<1
		datetime.timedelta(1)==1
		-datetime.timedelta(1,2,3)
		abs(datetime.timedelta(-1,2,3))
		bool(datetime.timedelta(0))
		datetime.timedelta.max
		datetime.timedelta.min
		datetime.timedelta.resolution
		datetime.timedelta.max+datetime.timedelta(1)
		datetime.timezone(datetime.timedelta(hours=2))
		datetime.timezone(datetime.timedelta(hours=24))
		datetime.timezone(datetime.timedelta(hours=2),'x')
		datetime.timezone(5)
		datetime.timezone()
		datetime.timezone.utc
		repr(datetime.timezone.utc), str(datetime.timezone.utc)
		datetime.timezone(datetime.timedelta(0))
		datetime.timezone(datetime.timedelta(0)) is datetime.timezone.utc
		str(datetime.timezone(datetime.timedelta(hours=-3,minutes=-30)))
		str(datetime.timezone(datetime.timedelta(seconds=90, microseconds=5)))
		datetime.timezone.utc.utcoffset(None)
		datetime.timezone.utc.tzname(None)
		datetime.timezone.utc.dst(None)
		datetime.timezone.min, datetime.timezone.max
		datetime.date.min, datetime.date.max, datetime.date.resolution
		datetime.datetime.min, datetime.datetime.max, datetime.datetime.resolution
		datetime.time.min, datetime.time.max, datetime.time.resolution
		datetime.date(2020,1,1)+datetime.timedelta(1)
		datetime.date(2020,1,1)+datetime.timedelta(hours=23)
		datetime.date.max+datetime.timedelta(1)
		datetime.date(2020,1,1)-datetime.date(2019,1,1)
		datetime.date(2020,1,1)-5
		datetime.date(2020,1,1)+5
		datetime.date(2020,1,1)<5
		datetime.date(2020,1,1)==5
		datetime.date(2020,1,1)<datetime.datetime(2020,1,1)
		datetime.date(2020,1,1)==datetime.datetime(2020,1,1)
		datetime.datetime(2020,1,1)-datetime.date(2020,1,1)
		datetime.datetime(2020,1,1)-datetime.datetime(2020,1,1,tzinfo=datetime.timezone.utc)
		datetime.datetime(2020,1,1)<datetime.datetime(2020,1,1,tzinfo=datetime.timezone.utc)
		datetime.datetime(2020,1,1)==datetime.datetime(2020,1,1,tzinfo=datetime.timezone.utc)
		datetime.time(1)<datetime.time(1,tzinfo=datetime.timezone.utc)
		datetime.time(1)-datetime.time(2)
		datetime.time(1)+datetime.timedelta(1)
		datetime.datetime.now(5)
		datetime.datetime.fromtimestamp(0, datetime.timezone.utc)
		datetime.datetime.fromtimestamp(1e20)
		datetime.datetime.fromtimestamp(-1)
		datetime.datetime.utcfromtimestamp(1.5)
		datetime.datetime.fromtimestamp('a')
		datetime.date.fromtimestamp(86400)
		datetime.date.fromordinal(0)
		datetime.date.fromordinal(10**7)
		datetime.date.fromordinal(737425)
		datetime.date.fromisocalendar(2020,53,7)
		datetime.date.fromisocalendar(2021,53,7)
		datetime.date.fromisocalendar(2021,1,8)
		datetime.date.fromisocalendar(0,1,1)
		datetime.date.fromisoformat('2020-01-01')
		datetime.date.fromisoformat('20200101')
		datetime.date.fromisoformat('2020-W01-1')
		datetime.date.fromisoformat('2020W01')
		datetime.date.fromisoformat('2020-13-01')
		datetime.date.fromisoformat('x')
		datetime.date.fromisoformat(5)
		datetime.datetime.fromisoformat('2020-01-01T10:20:30.123456+02:00')
		datetime.datetime.fromisoformat('2020-01-01 10')
		datetime.datetime.fromisoformat('2020-01-01T10:20:30,5Z')
		datetime.datetime.fromisoformat('2020-01-01T24:00')
		datetime.datetime.fromisoformat('2020-01-01T1')
		datetime.datetime.fromisoformat('2020-01-01T10:20:30+25:00')
		datetime.datetime.fromisoformat('20200101T102030')
		datetime.datetime.fromisoformat('2020-W01-3T10:20')
		datetime.datetime.fromisoformat('')
		datetime.time.fromisoformat('T10:20')
		datetime.time.fromisoformat('10:20:30.1234567')
		datetime.time.fromisoformat('10:2')
		datetime.time.fromisoformat('1020')
		datetime.time.fromisoformat('10:20+00:00')
		datetime.time.fromisoformat('10:20Z')
		datetime.datetime(2020,1,1).isoformat(timespec='foo')
		datetime.datetime(2020,1,1,1,2,3,4).isoformat(' ', 'milliseconds')
		datetime.datetime(2020,1,1).isoformat('xx')
		datetime.datetime(2020,1,1).isoformat(5)
		datetime.time(1,2).isoformat('seconds')
		datetime.datetime(2020,1,1).replace(month=13)
		datetime.datetime(2020,1,1).replace(foo=1)
		datetime.datetime(2020,1,1).replace(1999,2,3,4,5,6,7,datetime.timezone.utc)
		datetime.datetime(2020,1,1).strftime('%Y %y %m %d %H %I %p %M %S %f %z %Z %j %U %W %c %x %X %% %a %A %b %B %w %u %G %V %D %T %R %e %s %h %n %t %C %g %k %l %F %E %Q %')
		datetime.datetime(2020,1,1).strftime('')
		datetime.datetime(2020,1,1).strftime(5)
		datetime.datetime(2020,1,1,tzinfo=datetime.timezone(datetime.timedelta(hours=5,minutes=30,seconds=5))).strftime('%z|%Z|%:z')
		datetime.date(2020,1,5).strftime('%H:%M %f %z %Z %p')
		datetime.time(10,20).strftime('%Y-%m-%d %H:%M %a')
		datetime.date(99,1,1).strftime('%Y|%y|%C|%F|%c')
		datetime.date(5,1,1).strftime('%Y %G')
		datetime.datetime.strptime('2020-01-02','%Y-%m-%d')
		datetime.datetime.strptime('2020-01-02x','%Y-%m-%d')
		datetime.datetime.strptime('2020-1-2','%Y-%m')
		datetime.datetime.strptime('x','%Y')
		datetime.datetime.strptime('x','%Q')
		datetime.datetime.strptime('x','%')
		datetime.datetime.strptime('20','%y')
		datetime.datetime.strptime('69','%y')
		datetime.datetime.strptime('2020 60','%Y %j')
		datetime.datetime.strptime('2020 366 ','%Y %j ')
		datetime.datetime.strptime('2021 366','%Y %j')
		datetime.datetime.strptime('31 02 2020','%d %m %Y')
		datetime.datetime.strptime('+0530 10','%z %H')
		datetime.datetime.strptime('Z','%z')
		datetime.datetime.strptime('+05:30:10.123','%z')
		datetime.datetime.strptime('UTC','%Z')
		datetime.datetime.strptime('10 PM','%I %p')
		datetime.datetime.strptime('Mon Jan 6 2020','%a %b %d %Y')
		datetime.datetime.strptime('monday JANUARY','%A %B')
		datetime.datetime.strptime('2020 10 1','%Y %U %w')
		datetime.datetime.strptime('2020 10 1','%G %V %u')
		datetime.datetime.strptime('2020 10','%G %V')
		datetime.datetime.strptime('10','%V')
		datetime.datetime.strptime('2020','%G')
		datetime.datetime.strptime('.5','.%f')
		datetime.datetime.strptime('61','%S')
		datetime.datetime.strptime('60','%S')
		datetime.datetime.strptime('Wed Jan  1 00:00:00 2020','%c')
		datetime.datetime.strptime('01/02/20 10:11:12','%x %X')
		datetime.datetime.strptime(5,'%Y')
		datetime.date(2020,1,1).isocalendar()
		datetime.date(2020,1,1).isocalendar().week
		datetime.date(2020,1,1).isocalendar()[1]
		datetime.date(2020,1,1).timetuple()
		datetime.datetime(2020,1,1,tzinfo=datetime.timezone.utc).utctimetuple()
		datetime.datetime(2020,1,1).timestamp()
		datetime.datetime(2020,1,1,tzinfo=datetime.timezone.utc).timestamp()
		datetime.datetime(2020,1,1).astimezone(datetime.timezone.utc)
		datetime.datetime(2020,1,1).astimezone()
		datetime.datetime(2020,1,1,tzinfo=datetime.timezone.utc).astimezone(datetime.timezone(datetime.timedelta(hours=5)))
		datetime.datetime.combine(datetime.date(2020,1,1),datetime.time(1))
		datetime.datetime.combine(datetime.date(2020,1,1),datetime.time(1),datetime.timezone.utc)
		datetime.datetime.combine(1,2)
		datetime.datetime(2020,1,1).date(), datetime.datetime(2020,1,1,5).time(), datetime.datetime(2020,1,1,5,tzinfo=datetime.timezone.utc).timetz()
		datetime.date(2020,1,1).weekday(), datetime.date(2020,1,1).isoweekday(), datetime.date(2020,1,1).toordinal()
		datetime.date(2020,1,1).ctime()
		datetime.datetime(2020,1,1).ctime()
		repr(datetime.datetime(2020,1,1)), repr(datetime.datetime(2020,1,1,0,0,5)), repr(datetime.datetime(2020,1,1,0,0,0,7)), repr(datetime.datetime(2020,1,1,tzinfo=datetime.timezone.utc,fold=1))
		repr(datetime.time(0)), repr(datetime.time(1,2,3)), repr(datetime.time(1,2,3,4,fold=1)), repr(datetime.time(0,tzinfo=datetime.timezone.utc))
		str(datetime.datetime(2020,1,1,tzinfo=datetime.timezone.utc)), str(datetime.time(1,2,3,4)), str(datetime.date(2020,1,1))
		format(datetime.date(2020,1,1),'%d.%m.%Y')
		f'{datetime.datetime(2020,1,1):%H:%M}'
		datetime.timedelta(1).total_seconds(), datetime.timedelta(1,2,3).days, datetime.timedelta(1,2,3).seconds, datetime.timedelta(1,2,3).microseconds
		datetime.datetime(2020,1,1).foo
		datetime.date(2020,1,1).hour
		type(datetime.date(2020,1,1)), type(datetime.timedelta(1))
		max(datetime.date(2020,1,1),datetime.date(2021,1,1))
		sum([datetime.timedelta(1),datetime.timedelta(2)],datetime.timedelta())
		datetime.datetime(2020,1,1).utcoffset(), datetime.datetime(2020,1,1).dst(), datetime.datetime(2020,1,1).tzname()
		datetime.time(1).utcoffset(), datetime.time(1,tzinfo=datetime.timezone.utc).tzname()
		datetime.time(1).replace(hour=5)
		bool(datetime.time(0))
		datetime.datetime(2020,1,1).year, datetime.datetime(2020,1,1).tzinfo, datetime.datetime(2020,1,1).fold
		datetime.datetime.max+datetime.timedelta(microseconds=1)
		datetime.datetime.min-datetime.timedelta(microseconds=1)
		datetime.timedelta(weeks=1), datetime.timedelta(milliseconds=1)
		datetime.date(2020,1,1).replace(2021).replace(day=3)
		datetime.timezone.utc == datetime.timezone(datetime.timedelta(0)), datetime.timezone.utc < datetime.timezone.utc
		datetime.timezone.utc.fromutc(datetime.datetime(2020,1,1,tzinfo=datetime.timezone.utc))
		datetime.timezone.utc.fromutc(datetime.datetime(2020,1,1))
		datetime.datetime(2020,1,1)+datetime.timedelta(days=1, hours=1)
		datetime.timedelta(1)+datetime.datetime(2020,1,1)
		datetime.timedelta(1)-datetime.datetime(2020,1,1)
		2*datetime.timedelta(1), 1.5*datetime.timedelta(1)
		datetime.date(2020,1,1) in [datetime.datetime(2020,1,1)]
		datetime.timedelta(1)*10**20
		datetime.timedelta(1)*float('nan')
		datetime.timedelta(microseconds=1)/0.3
		datetime.timedelta(microseconds=5)//2
		datetime.timedelta(microseconds=5)/2
		datetime.timedelta(microseconds=7)/2
		datetime.timedelta(microseconds=1)*0.5
		datetime.timedelta(microseconds=3)*0.5
		datetime.UTC, datetime.MINYEAR, datetime.MAXYEAR
		isinstance(datetime.datetime(2020,1,1), datetime.date)
		hash(datetime.date(2020,1,1))==hash(datetime.date(2020,1,1))
		{datetime.date(2020,1,1): 5}[datetime.date(2020,1,1)]
		datetime.datetime(2026,1,31) + datetime.timedelta(days=1)
		sorted([datetime.date(2021,1,1), datetime.date(2020,1,1)])
		[datetime.datetime(2020,1,1) - datetime.timedelta(hours=h) for h in range(3)]
		datetime.datetime(2020,1,1,tzinfo=datetime.timezone.utc) == datetime.datetime(2020,1,1,2,tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
		len({datetime.datetime(2020,1,1,tzinfo=datetime.timezone.utc), datetime.datetime(2020,1,1,2,tzinfo=datetime.timezone(datetime.timedelta(hours=2)))})
		tuple(datetime.date(2020,1,1).isocalendar()), datetime.date(2020,1,1).isocalendar() == (2020, 1, 3), datetime.date(2020,1,1).isocalendar() < (2021,)
		datetime.date(2020,1,1).timetuple()[:3], datetime.date(2020,1,1).timetuple().tm_yday, len(datetime.date(2020,1,1).timetuple())
		[x for x in datetime.date(2020,1,1).timetuple()]
		'{:%d %B}'.format(datetime.date(2020,1,1))
		'%s' % datetime.date(2020,1,1)
		str([datetime.date(2020,1,1)])
		datetime.date(2020,1,1).weekday(1)
		datetime.date.fromordinal()
		datetime.date.today(1)
		datetime.datetime.now(1, 2)
		datetime.datetime.now(tz=datetime.timezone.utc).tzinfo
		datetime.datetime.strptime('2020')
		datetime.datetime.strptime('x', 5)
		datetime.timezone.utc.utcoffset(5)
		datetime.timezone.utc.utcoffset()
		datetime.timezone.utc.fromutc(5)
		datetime.date(2**31, 1, 1)
		datetime.date(-2**31-1, 1, 1)
		datetime.date(True, 1, 1)
		datetime.date(None, 1, 1)
		datetime.timedelta(days=None)
		datetime.timedelta(days=True)
		datetime.timedelta(True) * True
		datetime.timezone(None)
		datetime.timezone(datetime.timedelta(1), 5)
		datetime.datetime.combine(datetime.date(2020,1,1), 5)
		datetime.datetime.combine(datetime.datetime(2020,1,1,5), datetime.time(1,2))
		datetime.datetime.fromordinal(737425)
		datetime.datetime.fromisocalendar(2020, 1, 1)
		datetime.datetime.fromisocalendar(year=2020, week=1, day=1)
		datetime.date.fromisocalendar(2020, 1)
		datetime.datetime.combine(date=datetime.date(2020,1,1), time=datetime.time(1,2))
		datetime.datetime.max.replace(tzinfo=datetime.timezone.utc).astimezone(datetime.timezone(datetime.timedelta(hours=1)))
		datetime.datetime.fromtimestamp(2**70)
		datetime.datetime.fromtimestamp(float('nan'))
		datetime.datetime.fromtimestamp(1e12)
		datetime.date.fromtimestamp(1e12)
		datetime.date(2020,1,1).strftime()
		datetime.date(2020,1,1).strftime(format='%Y')
		datetime.date(2020,1,1).replace(1,2,3,4)
		datetime.time(1).replace(1,2,3,4,5)
		datetime.time(1).replace(fold=1).fold
		datetime.time(1) == datetime.time(1, tzinfo=datetime.timezone.utc), datetime.time(1) != 5, datetime.time(1) == 1
		datetime.time(1) < 1
		datetime.time(5) > datetime.time(4), datetime.time(1,2) <= datetime.time(1,2)
		divmod(datetime.timedelta(5), datetime.timedelta(2)), -datetime.timedelta(1) // 7, datetime.timedelta(5) % datetime.timedelta(-2)
		datetime.timedelta(1) == 5, datetime.timedelta(1) != 5
		5 - datetime.timedelta(1)
		5 / datetime.timedelta(1)
		2 // datetime.timedelta(1)
		datetime.timedelta(1) ** 2
		~datetime.timedelta(1)
		datetime.timedelta(1) / 0.0
		datetime.timedelta(1) / float('inf')
		datetime.timedelta(1) * float('inf')
		+datetime.timedelta(1)
		datetime.timedelta(1).days
		not datetime.timedelta(0)
		datetime.timedelta.min - datetime.timedelta(1)
		-datetime.timedelta.max
		abs(datetime.timedelta.min)
		datetime.datetime(2020,1,1) - datetime.timedelta.max
		datetime.datetime(2020,1,1) - datetime.timedelta.min
		datetime.date(2020,3,31).replace(month=2)
		datetime.datetime(2020,1,1,1,2,3).time().isoformat('minutes')
		datetime.datetime(2020,1,1).isoformat(sep=' ')
		datetime.time(1).isoformat(5)
	`)
}

// When it is, is the clock's affair.
func TestDatetimeOfTheClock(t *testing.T) {
	zone := time.FixedZone("CET", 3600)
	env := namesAt(func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 678901234, zone) })
	for text, want := range map[string]string{
		"datetime.datetime.now()":                        "2026-01-02 03:04:05.678901",
		"datetime.datetime.utcnow()":                     "2026-01-02 02:04:05.678901",
		"datetime.datetime.now(datetime.timezone.utc)":   "2026-01-02 02:04:05.678901+00:00",
		"datetime.date.today()":                          "2026-01-02",
		"datetime.datetime.today()":                      "2026-01-02 03:04:05.678901",
		"datetime.datetime(2026, 1, 1).astimezone()":     "2026-01-01 00:00:00+01:00",
		"datetime.datetime(2026, 1, 1).timestamp()":      "1767222000.0",
		"datetime.datetime.fromtimestamp(0)":             "1970-01-01 01:00:00",
		"datetime.datetime(2026, 1, 1).strftime('%s')":   "1767222000",
		"datetime.datetime.strptime('cet', '%Z').tzinfo": "None",
	} {
		if got := evaluate(t, env, text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
