/**
 * RFC 4475 §3.1.1 (valid messages), and those of §3.2–3.4 that are sound as messages.
 */
import { sdpOf, type TortureMessage, torture } from './torture-message.ts';

const METHOD = "!interesting-Method0123456789_*+`.%indeed'~";
const ODD_USER = "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*";
const LONG_CALLER = 'amazinglylongcallername'.repeat(5);
const LONG = 'long'.repeat(20);
const VIA_SPELLINGS = [
  'Via',
  'v',
  'V',
  'ViA',
  'VIa',
  'VIA',
  'via',
  'viA',
  'vIa',
  'vIA',
  'V ',
  'v  ',
  'Via  ',
];

const wsinv = torture(
  'wsinv',
  'request',
  [
    'INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0',
    'TO :',
    ' sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n',
    'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>',
    '  ;',
    '  tag = 98asjd8',
    'MaX-fOrWaRdS: 0068',
    'Call-ID: wsinv.ndaksdj@192.0.2.1',
    'Content-Length   : {n}',
    'cseq: 0009',
    '  INVITE',
    'Via  : SIP  /   2.0',
    ' /UDP',
    '    192.0.2.2;branch=390skdjuw',
    's :',
    'NewFangledHeader:   newfangled value',
    ' continued newfangled value',
    'UnknownHeaderWithUnusualValue: ;;,,;;,;',
    'Content-Type: application/sdp',
    'Route:',
    ' <sip:services.example.com;lr;unknownwith=value;unknown-no-value>',
    'v:  SIP  / 2.0  / TCP     spindle.example.com   ;',
    '  branch  =   z9hG4bK9ikj8  ,',
    ' SIP  /    2.0   / UDP  192.168.255.111   ; branch=',
    ' z9hG4bK30239',
    'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =',
    '      newvalue ;',
    '  secondparam ; q = 0.33',
  ],
  sdpOf('192.0.2.3'),
);

const intmeth = torture('intmeth', 'request', [
  `${METHOD} sip:${ODD_USER}:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0`,
  "Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~",
  `To: "BEL:\\\x07 NUL:\\\0 DEL:\\\x7f" <sip:${ODD_USER}@example.com>`,
  "From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%=\"работающий\";tag=_token~1'+`*%!-.",
  'Call-ID: intmeth.word%ZK-!.*_+\'@word`~)(><:\\/"][?}{',
  `CSeq: 139122385 ${METHOD}`,
  'Max-Forwards: 255',
  "extensionHeader-!.%*+_`'~:\ufeff大停電",
  'Content-Length: 0',
]);

const esc01 = torture(
  'esc01',
  'request',
  [
    'INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0',
    'To: sip:%75se%72@example.com',
    'From: <sip:I%20have%20spaces@example.net>;tag=938',
    'Max-Forwards: 87',
    'i: esc01.239409asdfakjkn23onasd0-3234',
    'CSeq: 234234 INVITE',
    'Via: SIP/2.0/UDP host5.example.net;branch=z9hG4bKkdjuw',
    'C: application/sdp',
    'Contact:',
    '  <sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31>',
    'Content-Length: {n}',
  ],
  sdpOf('192.0.2.1'),
);

const escnull = torture('escnull', 'request', [
  'REGISTER sip:example.com SIP/2.0',
  'To: sip:null-%00-null@example.com',
  'From: sip:null-%00-null@example.com;tag=839923423',
  'Max-Forwards: 70',
  'Call-ID: escnull.39203ndfvkjdasfkq3w4otrq0adsfdfnavd',
  'CSeq: 14398234 REGISTER',
  'Via: SIP/2.0/UDP host5.example.com;branch=z9hG4bKkdjuw',
  'Contact: <sip:%00@host5.example.com>',
  'Contact: <sip:%00%00@host5.example.com>',
  'L:0',
]);

const esc02 = torture('esc02', 'request', [
  'RE%47IST%45R sip:registrar.example.com SIP/2.0',
  'To: "%Z%45" <sip:resource@example.com>',
  'From: "%Z%45" <sip:resource@example.com>;tag=f232jadfj23',
  'Call-ID: esc02.asdfnqwo34rq23i34jrjasdcnl23nrlknsdf',
  'Via: SIP/2.0/TCP host.example.com;branch=z9hG4bK209%fzsnel234',
  'CSeq: 29344 RE%47IST%45R',
  'Max-Forwards: 70',
  'Contact: <sip:alias1@host1.example.com>',
  'C%6Fntact: <sip:alias2@host2.example.com>',
  'Contact: <sip:alias3@host3.example.com>',
  'l: 0',
]);

const longreq = torture(
  'longreq',
  'request',
  [
    'INVITE sip:user@example.com SIP/2.0',
    `To: "I have a user name of ${'extreme'.repeat(10)} proportion"<sip:user@example.com:6000;` +
      `unknownparam1=very${LONG}value;longparam${'name'.repeat(25)}=shortvalue;` +
      `very${'long'.repeat(25)}ParameterNameWithNoValue>`,
    `F: sip:${LONG_CALLER}@example.net;tag=12${'982'.repeat(50)}424;` +
      `unknownheaderparam${'name'.repeat(20)}=unknowheaderparam${'value'.repeat(15)};` +
      `unknownValueless${'paramname'.repeat(10)}`,
    `Call-ID: longreq.one${'really'.repeat(20)}longcallid`,
    'CSeq: 3882340 INVITE',
    `Unknown-${'Long'.repeat(20)}-Name: unknown-${LONG}-value; unknown-${LONG}-parameter-name =` +
      `unknown-${LONG}-parameter-value`,
    ...Array.from(
      { length: 33 },
      (_, i) => `${VIA_SPELLINGS[i % VIA_SPELLINGS.length]}: SIP/2.0/TCP sip${33 - i}.example.com`,
    ),
    `Via: SIP/2.0/TCP host.example.com;received=192.0.2.5;branch=very${'long'.repeat(50)}branchvalue`,
    'Max-Forwards: 70',
    `Contact: <sip:${LONG_CALLER}@host5.example.net>`,
    'Content-Type: application/sdp',
    'l: {n}',
  ],
  sdpOf('192.0.2.1'),
);

const dblreq = torture(
  'dblreq',
  'request',
  [
    'REGISTER sip:example.com SIP/2.0',
    'To: sip:j.user@example.com',
    'From: sip:j.user@example.com;tag=43251j3j324',
    'Max-Forwards: 8',
    'I: dblreq.0ha0isndaksdj99sdfafnl3lk233412',
    'Contact: sip:j.user@host.example.com',
    'CSeq: 8 REGISTER',
    'Via: SIP/2.0/UDP 192.0.2.125;branch=z9hG4bKkdjuw23492',
    'Content-Length: 0',
  ],
  '\r\nINVITE sip:joe@example.com SIP/2.0\r\nt: sip:joe@example.com\r\n',
);

const options = (name: string, uri: string, ...lines: readonly string[]): TortureMessage =>
  torture(name, 'request', [
    `OPTIONS ${uri} SIP/2.0`,
    'Max-Forwards: 70',
    `Call-ID: ${name}.asdfasser0q239nwsdfasdkl34`,
    'CSeq: 60 OPTIONS',
    ...lines,
    'l: 0',
  ]);

const VIA = 'Via: SIP/2.0/UDP funky.example.com;branch=z9hG4bKkdjuw';
const PARTIES = ['To: sip:user@example.com', 'From: sip:caller@example.com;tag=323'];

const response = (name: string, start: string, body = ''): TortureMessage =>
  torture(
    name,
    'response',
    [
      start,
      'Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923',
      ...(name === 'bcast' ? ['Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23'] : []),
      `Call-ID: ${name}.1234ksdfak3j2erwedfsASdf`,
      'CSeq: 35 INVITE',
      'From: sip:user@example.com;tag=11141343',
      'To: sip:user@example.edu;tag=2229',
      'Content-Length: {n}',
      'Content-Type: application/sdp',
      'Contact: <sip:user@host198.example.com>',
    ],
    body,
  );

const cparam = (name: string, contact: string): TortureMessage =>
  torture(name, 'request', [
    'REGISTER sip:example.com SIP/2.0',
    'Via: SIP/2.0/UDP saturn.example.com:5060;branch=z9hG4bKkdjuw',
    'Max-Forwards: 70',
    'From: sip:watson@example.com;tag=DkfVgjkrtMwaerKKpe',
    'To: sip:watson@example.com',
    `Call-ID: ${name}.70710@saturn.example.com`,
    'CSeq: 2 REGISTER',
    `Contact: ${contact}`,
    'l: 0',
  ]);

const inv2543 = torture(
  'inv2543',
  'request',
  [
    'INVITE sip:UserB@example.com SIP/2.0',
    'Via: SIP/2.0/UDP iftgw.example.com',
    'From: <sip:+13035551111@ift.client.example.net;user=phone>',
    'Record-Route: <sip:UserB@example.com;maddr=ss1.example.com>',
    'To: sip:+16505552222@ss1.example.net;user=phone',
    'Call-ID: inv2543.1717@ift.client.example.com',
    'CSeq: 56 INVITE',
    'Content-Type: application/sdp',
  ],
  sdpOf('192.0.2.5'),
);

const unksm2 = torture('unksm2', 'request', [
  'REGISTER sip:example.com SIP/2.0',
  'To: isbn:2983792873',
  'From: <http://www.example.com>;tag=3234233',
  'Call-ID: unksm2.daksdj@hyphenated-host.example.com',
  'CSeq: 234902 REGISTER',
  'Max-Forwards: 70',
  'Via: SIP/2.0/UDP 192.0.2.21:5060;branch=z9hG4bKkdjuw',
  'Contact: <name:John_Smith>',
  'l: 0',
]);

/** Messages that a parser must accept; what a user agent then says to them is not its concern. */
export const TORTURE_VALID: readonly TortureMessage[] = [
  wsinv,
  intmeth,
  esc01,
  escnull,
  esc02,
  options('lwsdisp', 'sip:user@example.com', PARTIES[0] ?? '', 'From: caller<sip:c@example.com>;tag=3', VIA),
  longreq,
  dblreq,
  options('semiuri', 'sip:user;par=u%40example.net@example.com', ...PARTIES, VIA),
  options(
    'transports',
    'sip:user@example.com',
    ...PARTIES,
    VIA,
    'Via: SIP/2.0/SCTP t2.example.com;branch=z9hG4bKklasjdhf',
    'Via: SIP/2.0/TLS t3.example.com;branch=z9hG4bK2980unddj',
    'Via: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKasd0f3en',
  ),
  response('unreason', 'SIP/2.0 200 = 2**3 * 5**2 но сто девяносто девять - простое', sdpOf('192.0.2.198')),
  response('noreason', 'SIP/2.0 100 '),
  response('bcast', 'SIP/2.0 200 OK', sdpOf('192.0.2.198')),
  options(
    'baddn',
    'sip:t.watson@example.org',
    'From: Bell, Alexander <sip:b@example.com>;tag=43',
    'To: Watson, Thomas <sip:t.watson@example.org>',
    VIA,
  ),
  options('baddate', 'sip:user@example.com', ...PARTIES, VIA, 'Date: Fri, 01 Jan 2010 16:00:00 EST'),
  options('novelsc', 'soap.beep://192.0.2.103:3002', ...PARTIES, VIA),
  options('unkscm', 'nobodyKnowsThisScheme:totallyopaquecontent', ...PARTIES, VIA),
  unksm2,
  options('badbranch', 'sip:user@example.com', ...PARTIES, 'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK'),
  cparam('cparam01', 'sip:+19725552222@gw1.example.net;unknownparam'),
  cparam('cparam02', '<sip:+19725552222@gw1.example.net;unknownparam>'),
  cparam('regescrt', '<sip:user@example.com?Route=%3Csip:sip.example.com%3E>'),
  inv2543,
];
