reset
set terminal svg size 480,250 fixed noenhanced butt linewidth 1 font "sans-serif,13"
set encoding utf8
set datafile missing "?"
set samples 2
set tics nomirror scale 0.5
set border lw 1
set key vertical maxcols 1 Left reverse samplen 2 left top at screen 0.0417, screen 0.1920
set lmargin at screen 0.1583
set rmargin at screen 0.8854
set tmargin at screen 0.8400
set bmargin at screen 0.4560
set title "Q0qqqqqqq" font "sans-serif,15"
set xrange [0:100]
set xtics 25
set xlabel "Q1qqqqqqq"
set grid x lt 1 lw 1 lc rgb "#d9000000"
set border 2 lw 1
set yrange [1.5:-0.5]
set ytics ("Q2q" 0, "Q3qqqqqqq" 1) scale 0
$s0 << END
-0.1950 -0.3705 -0.0195 75.0000 50.0000 90.0000 90.0000 75.0
0.8050 0.6295 0.9805 80.0000 60.0000 95.0000 95.0000 80.0
END
$s1 << END
0.1950 0.0195 0.3705 25.0000 10.0000 40.0000 40.0000 25.0
1.1950 1.0195 1.3705 ? ? ? 0.0000 n/a
END
plot $s0 using 4:1:(0):4:2:3 with boxxyerror fs solid 0.8 noborder lc rgb "#0072b2" title "Q4qqqqqqqq", \
  $s1 using 4:1:(0):4:2:3 with boxxyerror fs solid 0.8 noborder lc rgb "#d55e00" title "Q5qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq", \
  $s0 using 4:1:5:6 with xerrorbars pt 0 lw 1.5 lc rgb "black" notitle, \
  $s0 using 7:1:8 with labels left offset char 0.7,0 font "sans-serif,12" notitle, \
  $s1 using 4:1:5:6 with xerrorbars pt 0 lw 1.5 lc rgb "black" notitle, \
  $s1 using 7:1:8 with labels left offset char 0.7,0 font "sans-serif,12" notitle
reset
set terminal svg size 480,202 fixed noenhanced butt linewidth 1 font "sans-serif,13"
set encoding utf8
set datafile missing "?"
set samples 2
set tics nomirror scale 0.5
set border lw 1
set key vertical maxcols 1 Left reverse samplen 2 left top at screen 0.0417, screen 0.2376
set lmargin at screen 0.1167
set rmargin at screen 0.8854
set tmargin at screen 0.8020
set bmargin at screen 0.5644
set title "Q6qqqqqqqqqqqqqqq" font "sans-serif,15"
set xrange [0:*]
set xlabel "Q7qqqq"
set grid x lt 1 lw 1 lc rgb "#d9000000"
set border 2 lw 1
set yrange [0.5:-0.5]
set ytics ("Q8qqqq" 0) scale 0
$s0 << END
-0.1950 -0.3705 -0.0195 2.5000 2.0000 3.0000 3.0000 2.50
END
$s1 << END
0.1950 0.0195 0.3705 1.5000 1.0000 2.0000 2.0000 1.50
END
plot $s0 using 4:1:(0):4:2:3 with boxxyerror fs solid 0.8 noborder lc rgb "#0072b2" title "Q9qqqqqqqq", \
  $s1 using 4:1:(0):4:2:3 with boxxyerror fs solid 0.8 noborder lc rgb "#d55e00" title "Q10qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq", \
  $s0 using 4:1:5:6 with xerrorbars pt 0 lw 1.5 lc rgb "black" notitle, \
  $s0 using 7:1:8 with labels left offset char 0.7,0 font "sans-serif,12" notitle, \
  $s1 using 4:1:5:6 with xerrorbars pt 0 lw 1.5 lc rgb "black" notitle, \
  $s1 using 7:1:8 with labels left offset char 0.7,0 font "sans-serif,12" notitle
reset
set terminal svg size 480,210 fixed noenhanced butt linewidth 1 font "sans-serif,13"
set encoding utf8
set datafile missing "?"
set samples 2
set tics nomirror scale 0.5
set border lw 1
set key vertical maxcols 1 Left reverse samplen 2 left top at screen 0.0417, screen 0.2286
set lmargin at screen 0.4521
set rmargin at screen 0.9583
set tmargin at screen 0.8095
set bmargin at screen 0.6000
set title "Q11qqqqqqqqqqqqqqqqqqqqqqq" font "sans-serif,15"
set border 0
unset key
set xrange [-0.5:1.5]
set yrange [1.5:-0.5]
set ytics ("Q12qqqqqqqqqqqqqqqqqqqqqqqqqqq" 0, "Q13" 1) scale 0
set xtics ("Q14qqqqqqq" 0, "Q15qqqqqqqqqqqqqqqqqqqqqqq" 1) scale 0 rotate by 35 right
$s << END
0 0 10663375 1776929 33
1 0 10132122 1776929 n/a
0 1 2051461 16777215 90
1 1 10132122 1776929 n/a
END
plot $s using 1:2:($1-0.48):($1+0.48):($2-0.46):($2+0.46):3 with boxxyerror fs solid 1 noborder lc rgb variable, \
  $s using 1:2:5:4 with labels tc rgb variable font "sans-serif,11"
reset
set terminal svg size 480,390 fixed noenhanced butt linewidth 1 font "sans-serif,13"
set encoding utf8
set datafile missing "?"
set samples 2
set tics nomirror scale 0.5
set border lw 1
set key vertical maxcols 1 Left reverse samplen 2 left top at screen 0.0417, screen 0.1231
set lmargin at screen 0.0104
set rmargin at screen 0.9896
set tmargin at screen 0.8846
set bmargin at screen 0.1615
set title "Q16qqqqqqqqqqq" font "sans-serif,15"
set border 0
unset tics
set xrange [-200:200]
set yrange [-120:120]
$web << END
0.0000 25.0000 
21.6506 -12.5000 
-21.6506 -12.5000 
0.0000 25.0000 

0.0000 50.0000 
43.3013 -25.0000 
-43.3013 -25.0000 
0.0000 50.0000 

0.0000 75.0000 
64.9519 -37.5000 
-64.9519 -37.5000 
0.0000 75.0000 

0.0000 100.0000 
86.6025 -50.0000 
-86.6025 -50.0000 
0.0000 100.0000 

0 0
0.0000 100.0000 

0 0
86.6025 -50.0000 

0 0
-86.6025 -50.0000 

END
set label "50 %" at 3,43 left font "sans-serif,11"
set label "100 %" at 3,93 left font "sans-serif,11"
set label "Q17qqqqqqqqqqqqqqqqqqq" at 0.00,109.00 center
set label "Q18" at 92.66,-54.50 left
set label "Q19" at -92.66,-54.50 right
$s0 << END
0.0000 100.0000 
28.8675 -16.6667 
-77.9423 -45.0000 
0.0000 100.0000 
END
$s1 << END
? ? 
? ? 
? ? 
? ? 
END
plot $web using 1:2 with lines lt 1 lc rgb "#c0000000" notitle, \
  $s0 using 1:2 with filledcurves closed fs transparent solid 0.08 noborder lc rgb "#0072b2" notitle, \
  $s0 using 1:2 with linespoints lw 2 dt 1 pt 7 ps 0.7 lc rgb "#0072b2" title "Q20qqqqqqq", \
  $s1 using 1:2 with filledcurves closed fs transparent solid 0.08 noborder lc rgb "#d55e00" notitle, \
  $s1 using 1:2 with linespoints lw 2 dt 2 pt 5 ps 0.7 lc rgb "#d55e00" title "Q21qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
reset
set terminal svg size 480,414 fixed noenhanced butt linewidth 1 font "sans-serif,13"
set encoding utf8
set datafile missing "?"
set samples 2
set tics nomirror scale 0.5
set border lw 1
set key vertical maxcols 1 Left reverse samplen 2 left top at screen 0.0417, screen 0.1159
set lmargin at screen 0.1562
set rmargin at screen 0.9583
set tmargin at screen 0.9034
set bmargin at screen 0.2754
set title "Q22qqqqqqqqqqqq" font "sans-serif,15"
set yrange [0:100]
set ytics 25
set xtics 1
set xrange [0.60:2.40]
set xlabel "Q23qqqqqqqqqqqqqqqqqqqqqq"
set ylabel "Q24qqqq"
set grid y lt 1 lw 1 lc rgb "#d9000000"
set border 3 lw 1
$s0 << END
0.9600 90.0000 80.0000 95.0000 
1.9600 50.0000 ? ? 
END
$s1 << END
1.0400 40.0000 30.0000 50.0000 
2.0400 10.0000 5.0000 15.0000 
END
plot $s0 using 1:2:3:4 with yerrorbars pt 7 ps 0.8 lw 1.2 lc rgb "#0072b2" notitle, \
  $s0 using 1:2 with linespoints lw 2 dt 1 pt 7 ps 0.8 lc rgb "#0072b2" title "Q25qqqqqqq", \
  $s1 using 1:2:3:4 with yerrorbars pt 5 ps 0.8 lw 1.2 lc rgb "#d55e00" notitle, \
  $s1 using 1:2 with linespoints lw 2 dt 2 pt 5 ps 0.8 lc rgb "#d55e00" title "Q26qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
reset
set terminal svg size 480,414 fixed noenhanced butt linewidth 1 font "sans-serif,13"
set encoding utf8
set datafile missing "?"
set samples 2
set tics nomirror scale 0.5
set border lw 1
set key vertical maxcols 1 Left reverse samplen 2 left top at screen 0.0417, screen 0.1159
set lmargin at screen 0.1562
set rmargin at screen 0.9583
set tmargin at screen 0.9034
set bmargin at screen 0.2754
set title "Q27qqqqqqq" font "sans-serif,15"
set yrange [0:100]
set ytics 25
set xtics 1
set xrange [8.60:10.40]
set xlabel "Q28qqqqqqqqqqqqqqqqqqqqq"
set ylabel "Q29qqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
set grid y lt 1 lw 1 lc rgb "#d9000000"
set border 3 lw 1
$s0 << END
8.9600 66.6667 20.7660 93.8508 
9.9600 33.3333 6.1492 79.2340 
END
$s1 << END
END
plot $s0 using 1:2:3:4 with yerrorbars pt 7 ps 0.8 lw 1.2 lc rgb "#0072b2" notitle, \
  $s0 using 1:2 with linespoints lw 2 dt 1 pt 7 ps 0.8 lc rgb "#0072b2" title "Q30qqqqqqq", \
  $s1 using 1:2:3:4 with yerrorbars pt 5 ps 0.8 lw 1.2 lc rgb "#d55e00" notitle, \
  $s1 using 1:2 with linespoints lw 2 dt 2 pt 5 ps 0.8 lc rgb "#d55e00" title "Q31qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
reset
set terminal svg size 480,414 fixed noenhanced butt linewidth 1 font "sans-serif,13"
set encoding utf8
set datafile missing "?"
set samples 2
set tics nomirror scale 0.5
set border lw 1
set key vertical maxcols 1 Left reverse samplen 2 left top at screen 0.0417, screen 0.1159
set lmargin at screen 0.1562
set rmargin at screen 0.9583
set tmargin at screen 0.9034
set bmargin at screen 0.2754
set title "Q32qqqqqqqqqqqqqqqqqqqq" font "sans-serif,15"
set yrange [0:100]
set ytics 25
set logscale x 2
set format x "%.0f"
set xrange [0.8500:8.0000]
set xlabel "Q33qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
set ylabel "Q34qqqqqqqqqqqqqqqqqqqqqqqqqq"
set grid y lt 1 lw 1 lc rgb "#d9000000"
set border 3 lw 1
$s0 << END
0.9600 100.0000 20.6549 100.0000 
2.8800 50.0000 9.4531 90.5469 
END
$s1 << END
4.1600 0.0000 0.0000 79.3451 
END
plot $s0 using 1:2:3:4 with yerrorbars pt 7 ps 0.8 lw 1.2 lc rgb "#0072b2" notitle, \
  $s0 using 1:2 with linespoints lw 2 dt 1 pt 7 ps 0.8 lc rgb "#0072b2" title "Q35qqqqqqq", \
  $s1 using 1:2:3:4 with yerrorbars pt 5 ps 0.8 lw 1.2 lc rgb "#d55e00" notitle, \
  $s1 using 1:2 with linespoints lw 2 dt 2 pt 5 ps 0.8 lc rgb "#d55e00" title "Q36qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
