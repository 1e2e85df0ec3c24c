"""Writes what numpy.loadtxt makes of several hundred texts: python3 loadtxt.py > loadtxt.jsonl

Each line is an object: text (latin-1 stands for the bytes of the file), delimiter (null: runs of
blanks), skip, dtype, encoding (that NumPy was told), and rows, columns and data (hexadecimal, row
by row, little-endian), or error where NumPy raises one.
"""

import io
import json
import random
import warnings

import numpy as np

warnings.simplefilter('ignore')
random.seed(20260101)


def emit(text, delimiter=None, skip=0, dtype='<f8', encoding='utf-8'):
    data = text if isinstance(text, bytes) else text.encode('utf-8')
    case = {'text': data.decode('latin-1'), 'delimiter': delimiter, 'skip': skip, 'dtype': dtype,
            'encoding': encoding}
    try:
        file = io.TextIOWrapper(io.BytesIO(data), encoding=encoding)
        array = np.loadtxt(file, dtype=dtype, delimiter=delimiter, skiprows=skip, quotechar='"', ndmin=2)
        if array.size == 0:
            raise ValueError('no data')
        case.update(rows=array.shape[0], columns=array.shape[1], data=array.tobytes().hex())
    except Exception as error:
        case['error'] = str(error)[:80]
    print(json.dumps(case))


NUMBERS = """
0 -0 +0 1 -1 +1 007 -007 1. .5 -.5 +.5 . - + +. 1.5 1.5.5 1e5 1E5 1e+5 1e-5 1e 1e+ e5 .e5 1.e5 1.5e5.5 1e5e5
0.1 0.2 0.3 123456789012345678 0.1234567890123456789 1.7976931348623157e308 1.7976931348623159e308
1.797693134862315807e308 1e308 1e309 1e400 -1e400 1e99999999999999999999 1e-99999999999999999999 4.9e-324 5e-324
2.5e-324 2.4703282292062327e-324 2.4703282292062328e-324 2.2250738585072011e-308 2.2250738585072012e-308
2.2250738585072014e-308 1e-400 1e23 8.5e22 9007199254740993 9007199254740992 9007199254740994.5
9007199254740993.0000000000000000000000000000001 5e-20 1e22 1e-22 1e37 123456789e-30 3.14159265358979323846
0x10 0x1p3 0X1P3 0b1 0o7 1_000 1__0 1,000.5 1'000 1d5 1D5 1f 1F 1L 1l 1j 1+2j (1+2j) -3.5e2-1j 1e5j 1i infj
inf Inf INF +inf -inf infinity Infinity -INFINITY infinit infinityy in i nan NaN NAN +nan -nan nan(1) nan1 nanq -nan0
1e5x x1 1x ab None null NA N/A - -- ++1 +-1 -+1 -1e-5 +1e+5 1e0005 1e-0005 0e0 0e999 0e99999999999 0.0e-99999 00.00
1e1e 1..2 1/2 50% $5 1.5E-10 2024-01-02 2024-01-02T03:04:05 12:30 True False true 1\u2212 \u22121 \u0663 \uff11 1\u00a0
18446744073709551615 18446744073709551616 9223372036854775807 9223372036854775808 -9223372036854775808
-9223372036854775809 4294967296 255 256 -129 65504 65505 65519 65520 3.4028235e38 3.4028236e38 3.5e38 1.00000017881393421514957253748434595763683319091796875001
1.1754943508222875e-38 1e-45 7e-46 5.9604644775390625e-08 2.98023223876953125e-08 2.99e-08
""".split()

# Numbers alone, as every type that has its own rules.
for number in NUMBERS:
    emit(number + '\n')
for number in NUMBERS[::2] + ['255', '256', '-1', '18446744073709551615', '18446744073709551616']:
    emit('1 ' + number + '\n', dtype=random.choice(['<i8', '<u8', '<f4', '<f2', '|u1', '<i2', '>f8']))
for digits in [17, 18, 19, 20, 40, 309, 800, 1100, 5000]:
    emit('0.' + ''.join(random.choice('0123456789') for _ in range(digits)) + '\n')
    emit(''.join(random.choice('123456789') for _ in range(digits)) + 'e-%d\n' % (digits // 2))
    emit('1' + '0' * digits + 'e-%d 1%s1e-%d\n' % (digits, '0' * digits, digits))

# Shapes, ends of lines, blanks, comments, quotes.
TEXTS = [
    ('', None), ('\n', None), ('\n\n\n', ','), ('#\n', None), ('# 1 2\n', ','), ('   ', None), ('   ', ','), ('\t', '\t'),
    ('5', None), ('5', ','), ('5\n', None), ('\n5', None), ('1 2 3', None), ('1\n2\n3', None), ('1,2\n3,4', ','),
    ('1,2\r\n3,4\r\n', ','), ('1,2\r3,4\r', ','), ('1,2\r3,4\n5,6\r\n7,8', ','), ('1,2\n\n3,4\n\n\n', ','), ('1,2\n  \n3,4', ','),
    ('1 2\n  \n3 4', None), ('1 2\r\r\n3 4', None), ('  1   2\t 3  \n\t4\t\t5\t6\t\n', None), ('1\x0b2\x0c3\n', None),
    ('1\x1c2\x1d3\x1e4\x1f5\n', None), ('1\u00a02\u30003\u20034\n', None), ('1\x852\n', None), ('1\u20282\u20293\n', None),
    (' 1 , 2 ,\t3 \n4,5 ,6', ','), (' 1\t2 \t 3\n', '\t'), ('1\t\t2\n', '\t'), ('1\t2\t\n', '\t'), ('\t1\t2\n', '\t'), ('1,2,\n', ','),
    (',1,2\n', ','), ('1,,2\n', ','), (',\n', ','), ('1 2\n', ' '), ('1  2\n', ' '), ('1 2 \n', ' '), (' 1 2\n', ' '), ('1;2\n', ';'),
    ('1;2\n', ','), ('1 2\n', ','), ('1,2\n', None), ('1,2\n', '\t'), ('1|2|3\n', '|'), ('1:2\n', ':'), ('1\u00a72\n', '\u00a7'),
    ('# head\n1 2\n', None), ('#head\n#\n1,2 # tail\n3,4#tail\n', ','), ('1 2 #\n', None), ('1 2 # 3\n4 5\n', None), ('1 #2\n3\n', None),
    ('  # head\n1,2\n', ','), ('  # head\n1 2\n', None), ('1,#2\n', ','), ('#1,2\n3', ','), ('1,2##3\n', ','), ('1 2 # caf\u00e9\n', None),
    ('"1","2"\n3,"4"\n', ','), ('"1", "2"\n', ','), ('"1" ,"2"\n', ','), ('"1" "2"\n"3" 4\n', None), ('1,"2\n', ','), ('"1\n",2\n', ','),
    ('"\n1",2\n', ','), ('"1""2",3\n', ','), ('"1,5",2\n', ','), ('"1"5,2\n', ','), ('1"5,2\n', ','), ("'1','2'\n", ','), ('""\n', ','),
    ('"",1\n', ','), ('"1"\n"2"', None), ('"1#2"\n', ','), ('"1"#2\n', ','), ('1 2\n3\n', None), ('1 2\n3 4 5\n', None), ('1,2\n3\n', ','),
    ('1 2\n3 x\n', None), ('x y\n1 2\n', None), ('1\x002\n', None), ('\x001\n', None), ('1\x00\n', None), ('\x01 1\n', None), ('1\x7f\n', None),
    ('\x1a', None), ('1 2\n\x1a', None), ('1\\\n2\n', None), ('[1, 2]\n', ','), ('(1, 2)\n', ','), ('{"a": 1}\n', ','), ('-\n', None), ('1e5 1E5\n', None),
]
for text, delimiter in TEXTS:
    emit(text, delimiter)
for skip in range(4):
    for text in ['a,b\n1,2\n3,4\n', '# a\n\nb,c\n1,2', 'a\r\n1\r\n2\r\n', 'a\r1\r2', '1,2\n3,4\n']:
        emit(text, ',', skip)
emit('\ufeff1,2\n3,4\n', ',', encoding='utf-8-sig')
emit('\ufeff# head\n1 2\n', encoding='utf-8-sig')
emit('\ufeffa b\n1 2\n', skip=1, encoding='utf-8-sig')
emit('1 \ufeff2\n', encoding='utf-8-sig')
emit(b'# caf\xe9\n1 2 # \xb5m\n', encoding='latin-1')
emit(b'\xe9t\xe9\n1 2\n', skip=1, encoding='latin-1')
emit(b'1 2\xe9\n', encoding='latin-1')
emit(','.join(str(i) for i in range(3000)) + '\n', ',')

# Tables as programs write them, whole and with one character changed.
FORMATS = ['%.18e', '%12.5f', '%g', '%.17g', '%d', '%+.3e', '%08.3f', '%-10.4g', '%.1f']


def number():
    return random.choice([0, 1, -1, random.randint(-10**6, 10**6), random.random(), random.gauss(0, 1e10),
                          random.gauss(0, 1) * 10.0 ** random.randint(-320, 308), float('inf'), float('nan')])


def one(form, value):
    return '%d' % value if form == '%d' and np.isfinite(value) else '%g' % value if form == '%d' else form % value


for trial in range(300):
    delimiter = random.choice([None, None, ',', ',', '\t', ';', ' '])
    join = delimiter or random.choice([' ', '  ', '\t', ' \t '])
    form, end = random.choice(FORMATS), random.choice(['\n', '\n', '\r\n', '\r'])
    columns = random.choice([1, 1, 2, 3, 5])
    lines = []
    for _ in range(random.randint(1, 5)):
        fields = [one(form, number()) for _ in range(columns)]
        if delimiter == ' ':
            fields = [field.strip() for field in fields]
        # Split at blanks, NumPy takes blanks behind a line that begins with a quote for a field.
        if delimiter is not None and random.random() < 0.1:
            fields = ['"%s"' % field for field in fields]
        line = join.join(fields)
        if random.random() < 0.2:
            line += random.choice([' # x', '#', ' #1,2'])
        lines.append(line)
        if random.random() < 0.1:
            lines.append(random.choice(['', '# comment', '#']))
    text = end.join(lines) + random.choice(['', end])
    if trial % 2:
        place = random.randrange(len(text) + 1)
        put = random.choice(list(' \t\n\r,;#"xe+-.0_') + ['', '\x00', '\u00a0', '\u2028', 'nan', '""'])
        text = text[:place] + put + text[place + random.choice([0, 1]):]
    emit(text, delimiter, dtype=random.choice(['<f8', '<f8', '<f8', '<f4', '<i8']) if form == '%d' else '<f8')
