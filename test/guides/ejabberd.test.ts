/** docs/guides/ejabberd.md. */
import { ejabberdLibraries } from '@stoxgate/testkit';
import { testXmppServerGuide } from './xmpp-server.ts';

/** A lone Erlang node: no names and no epmd, which ejabberdctl would leave behind; so it waits for a file of commands. */
const WHEN_TOLD =
  '(fun W() -> case file:eval("told.erl") of ok -> file:write_file("done", ""); _ -> timer:sleep(100), W() end end)().';
const REGISTRATION = 'ok = ejabberd_auth:try_register(<<"alice">>, <<"example.org">>, <<"wonderland">>).';

testXmppServerGuide('ejabberd', 'ejabberd', {
  paths: ['/etc/ejabberd'],
  instead: {
    'systemctl restart ejabberd':
      `ERL_LIBS=${ejabberdLibraries()} EJABBERD_CONFIG_PATH=/etc/ejabberd/ejabberd.yml EJABBERD_LOG_PATH=ejabberd.log ` +
      `erl -noinput -mnesia dir '"mnesia"' -s ejabberd -eval '${WHEN_TOLD}'`,
    'ejabberdctl register alice example.org wonderland':
      `echo '${REGISTRATION}' > told.part; mv told.part told.erl; ` +
      'until test -e done; do sleep 0.1; done',
  },
});
