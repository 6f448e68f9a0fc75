%% Calls among the users of a host go by the gateway: what a user sends to a user for a call is handed to the gateway's
%% component, and what the gateway says for a user is delivered from that user's JID. See README.md.
%% XEP-0355 and XEP-0297 towards the component, XEP-0356 from it. For ejabberd 23.01 and later; MIT licence.
-module(mod_stoxgate).
-behaviour(gen_mod).

-export([start/2, stop/1, reload/3, depends/2, mod_options/1, mod_opt_type/1, mod_doc/0]).
-export([on_send/1, on_routed/1, on_host_message/1, on_gone/4, features/5, privileged_iq/1, decode_iq_subel/1]).

-define(CLIENT, <<"jabber:client">>).
-define(DELEGATION, <<"urn:xmpp:delegation:2">>).
-define(FEATURE, <<"stoxgate:intercept:0">>).
-define(FORWARD, <<"urn:xmpp:forward:0">>).
-define(JINGLE, <<"urn:xmpp:jingle:1">>).
-define(PRIVILEGE, <<"urn:xmpp:privilege:2">>).
%% Entries of each kind that are remembered, about; then all of that kind are forgotten.
-define(MAX_ENTRIES, 10000).

start(Host, _Opts) ->
    catch ets:new(?MODULE, [named_table, public, {heir, erlang:group_leader(), none}]),
    gen_iq_handler:add_iq_handler(ejabberd_sm, Host, ?PRIVILEGE, ?MODULE, privileged_iq),
    %% After archives and carbon copies.
    ejabberd_hooks:add(user_send_packet, Host, ?MODULE, on_send, 95),
    ejabberd_hooks:add(local_send_to_resource_hook, Host, ?MODULE, on_host_message, 40),
    ejabberd_hooks:add(unset_presence_hook, Host, ?MODULE, on_gone, 50),
    ejabberd_hooks:add(filter_packet, ?MODULE, on_routed, 50),
    ejabberd_hooks:add(disco_local_features, Host, ?MODULE, features, 50),
    ok.

stop(Host) ->
    gen_iq_handler:remove_iq_handler(ejabberd_sm, Host, ?PRIVILEGE),
    ejabberd_hooks:delete(user_send_packet, Host, ?MODULE, on_send, 95),
    ejabberd_hooks:delete(local_send_to_resource_hook, Host, ?MODULE, on_host_message, 40),
    ejabberd_hooks:delete(unset_presence_hook, Host, ?MODULE, on_gone, 50),
    ejabberd_hooks:delete(disco_local_features, Host, ?MODULE, features, 50),
    case gen_mod:is_loaded_elsewhere(Host, ?MODULE) of
        false -> ejabberd_hooks:delete(filter_packet, ?MODULE, on_routed, 50);
        true -> ok
    end.

reload(_Host, _NewOpts, _OldOpts) -> ok.
depends(_Host, _Opts) -> [].

mod_opt_type(component) -> econf:domain();
mod_opt_type(jingle_messages) -> econf:bool();
mod_opt_type(when_away) -> econf:enum([error, deliver]);
mod_opt_type(timeout) -> econf:timeout(second).

mod_options(_Host) ->
    [component, {jingle_messages, true}, {when_away, error}, {timeout, timer:seconds(10)}].

mod_doc() -> #{desc => <<"Calls among the users of the host go by the Stoxgate gateway.">>}.

option(Host, Name) -> gen_mod:get_module_opt(Host, ?MODULE, Name).

%% `stoxgate doctor` looks for it.
features({result, Features}, _From, _To, <<"">>, _Lang) -> {result, [?FEATURE | Features]};
features(empty, _From, _To, <<"">>, _Lang) -> {result, [?FEATURE]};
features(Acc, _From, _To, _Node, _Lang) -> Acc.

%%% What users send

on_send({Packet, State} = Acc) ->
    case kind(Packet) of
        none -> Acc;
        {Sid, Begins, Offer} ->
            From = xmpp:get_from(Packet),
            To = to_of(Packet, From),
            Host = server(From),
            Wanted = element(1, Packet) =:= iq orelse option(Host, jingle_messages),
            case Wanted andalso is_ours(To, option(Host, component))
                andalso not passes(Sid, From, To, Begins, Offer) of
                true ->
                    hand_on(Host, xmpp:set_from_to(Packet, From, To), Sid, Begins, State),
                    {stop, {drop, State}};
                false -> Acc
            end
    end.

to_of(Packet, From) ->
    case xmpp:get_to(Packet) of
        undefined -> jid:remove_resource(From);
        To -> To
    end.

%% The sid of the call that a stanza is about, whether it begins it, and what is offered.
kind(Packet) when element(1, Packet) =:= iq ->
    case {xmpp:get_type(Packet), [El || El <- elements(Packet), fxml:get_tag_attr_s(<<"xmlns">>, El) =:= ?JINGLE]} of
        {Type, [El]} when Type =:= set; Type =:= get ->
            Action = fxml:get_tag_attr_s(<<"action">>, El),
            case Type =:= set orelse Action =:= <<"existing-session-initiate">> of
                true -> {fxml:get_tag_attr_s(<<"sid">>, El), Action =:= <<"session-initiate">>, El};
                false -> none
            end;
        _ -> none
    end;
kind(Packet) when element(1, Packet) =:= message ->
    From = xmpp:get_from(Packet),
    IsToSelf = jid:tolower(jid:remove_resource(From)) =:= jid:tolower(to_of(Packet, From)),
    case lists:member(xmpp:get_type(Packet), [error, groupchat]) orelse IsToSelf of
        true -> none;
        false -> kind_of_message([El || El <- elements(Packet), is_call_message(El)])
    end;
kind(_) -> none.

kind_of_message([{xmlel, Verb, _, _} = El | _]) ->
    {fxml:get_tag_attr_s(<<"id">>, El), Verb =:= <<"propose">>, El};
kind_of_message([]) -> none.

elements(Packet) -> [xmpp:encode(El) || El <- xmpp:get_els(Packet)].

%% `accept` is for the user's own devices.
is_call_message({xmlel, Verb, _, _} = El) ->
    lists:member(fxml:get_tag_attr_s(<<"xmlns">>, El), [<<"urn:xmpp:jingle-message:0">>, <<"urn:xmpp:jingle-message:1">>])
        andalso lists:member(Verb, [<<"propose">>, <<"ringing">>, <<"proceed">>, <<"reject">>, <<"retract">>, <<"finish">>]).

is_ours(Jid, Component) ->
    {User, Host, _} = jid:tolower(Jid),
    User =/= <<>> andalso gen_mod:is_loaded(Host, ?MODULE) andalso option(Host, component) =:= Component.

server(Jid) -> element(2, jid:tolower(Jid)).

%% Whether it belongs to a session that the gateway has nothing to do with, or begins one: a file.
passes(Sid, From, To, false, _) -> ets:member(?MODULE, session_key(Sid, From, To));
passes(Sid, From, To, true, Offer) ->
    Key = session_key(Sid, From, To),
    case is_other(Offer) of
        true -> remember(Key, true);
        false -> ets:delete(?MODULE, Key), false
    end.

session_key(Sid, One, Other) ->
    {passed, Sid, lists:sort([jid:tolower(jid:remove_resource(Jid)) || Jid <- [One, Other]])}.

is_other({xmlel, _, _, Children}) ->
    Contents = [Els || {xmlel, <<"content">>, _, Els} <- Children],
    Namespaces = [fxml:get_tag_attr_s(<<"xmlns">>, El)
        || Els <- [Children | Contents], {xmlel, <<"description">>, _, _} = El <- Els],
    Namespaces =/= [] andalso lists:all(fun(Ns) -> binary:match(Ns, <<":rtp:">>) =:= nomatch end, Namespaces).

remember(Key, Value) ->
    case ets:info(?MODULE, size) > 3 * ?MAX_ENTRIES of
        true -> ets:delete_all_objects(?MODULE);
        false -> ok
    end,
    ets:insert(?MODULE, {Key, Value}).

%%% To the gateway and back

hand_on(Host, Packet, Sid, Begins, State) ->
    Component = option(Host, component),
    From = xmpp:get_from(Packet),
    %% A component that is not here would be looked for at another server.
    case ejabberd_router:is_my_route(Component) of
        true ->
            %% The session is this process, which cannot ask itself.
            Begins andalso show(maps:get(pres_last, State, undefined), From, Component),
            ask(jid:make(Host), jid:make(Component), delegation(Packet), option(Host, timeout), fun(Answer) ->
                case Answer =/= timeout andalso xmpp:get_type(Answer) of
                    result -> answered(Packet, Answer);
                    _ -> refused(Host, Packet, Sid, Begins)
                end
            end);
        false -> refused(Host, Packet, Sid, Begins)
    end.

delegation(Packet) ->
    Forwarded = {xmlel, <<"forwarded">>, [{<<"xmlns">>, ?FORWARD}], [with_namespace(xmpp:encode(Packet))]},
    {xmlel, <<"delegation">>, [{<<"xmlns">>, ?DELEGATION}], [Forwarded]}.

ask(From, To, Payload, Timeout, Fun) ->
    IQ = xmpp:decode({xmlel, <<"iq">>, [{<<"type">>, <<"set">>}, {<<"id">>, <<"x">>}], [Payload]}, ?CLIENT, [ignore_els]),
    ejabberd_router:route_iq(xmpp:set_from_to(IQ, From, To), Fun, undefined, Timeout).

with_namespace({xmlel, Name, Attrs, Children}) ->
    {xmlel, Name, lists:keystore(<<"xmlns">>, 1, Attrs, {<<"xmlns">>, ?CLIENT}), Children}.

%% Whatever addresses are in the answer, it is to the one who asked.
answered(Packet, _) when element(1, Packet) =:= message -> ok;
answered(Packet, Answer) ->
    Path = [{elem, <<"forwarded">>}, {elem, <<"iq">>}],
    [Delegation | _] = elements(Answer) ++ [{xmlel, <<>>, [], []}],
    case fxml:get_path_s(Delegation, Path) of
        {xmlel, _, _, _} = El ->
            Inner = xmpp:decode(El, ?CLIENT, [ignore_els]),
            case lists:member(xmpp:get_type(Inner), [result, error]) of
                true ->
                    Answered = xmpp:set_id(Inner, xmpp:get_id(Packet)),
                    ejabberd_router:route(xmpp:set_from_to(Answered, xmpp:get_to(Packet), xmpp:get_from(Packet)));
                false -> unavailable(Packet)
            end;
        _ -> unavailable(Packet)
    end.

refused(Host, Packet, Sid, true) ->
    case option(Host, when_away) of
        deliver ->
            remember(session_key(Sid, xmpp:get_from(Packet), xmpp:get_to(Packet)), true),
            ejabberd_router:route(Packet);
        error -> unavailable(Packet)
    end;
refused(_, Packet, _, false) -> unavailable(Packet).

unavailable(Packet) ->
    ejabberd_router:route_error(Packet, xmpp:err_service_unavailable(<<"The gateway for calls is away">>, <<"en">>)).

%%% What the gateway sends in the name of users

decode_iq_subel(El) -> El.

privileged_iq(Outer) ->
    [{xmlel, _, _, Children}] = elements(Outer),
    User = xmpp:get_to(Outer),
    Component = option(server(User), component),
    case [El || {xmlel, <<"iq">>, _, _} = El <- Children] of
        [El] ->
            Inner = xmpp:decode(El, ?CLIENT, [ignore_els]),
            IsCall = [?JINGLE] =:= [fxml:get_tag_attr_s(<<"xmlns">>, One) || One <- elements(Inner)],
            case IsCall andalso may_speak(xmpp:get_from(Outer), User, Inner, Component) of
                true -> deliver(Outer, Inner), ignore;
                false -> forbidden(Outer)
            end;
        _ -> forbidden(Outer)
    end.

may_speak(Speaker, User, Inner, Component) ->
    From = xmpp:get_from(Inner),
    To = xmpp:get_to(Inner),
    jid:encode(Speaker) =:= Component andalso From =/= undefined andalso To =/= undefined
        andalso jid:tolower(jid:remove_resource(From)) =:= jid:tolower(User) andalso is_ours(To, Component).

forbidden(Packet) -> xmpp:make_error(Packet, xmpp:err_forbidden(<<"Not for this user">>, <<"en">>)).

deliver(Outer, Inner) ->
    {From, To, Id} = {xmpp:get_from(Inner), xmpp:get_to(Inner), xmpp:get_id(Inner)},
    [Payload] = elements(Inner),
    ask(From, To, Payload, timer:seconds(60), fun
        (timeout) -> ok;
        (Answer) ->
            El = xmpp:encode(xmpp:set_id(xmpp:set_from_to(Answer, To, From), Id)),
            Forwarded = {xmlel, <<"forwarded">>, [{<<"xmlns">>, ?FORWARD}], [with_namespace(El)]},
            Privilege = {xmlel, <<"privilege">>, [{<<"xmlns">>, ?PRIVILEGE}], [Forwarded]},
            ejabberd_router:route(xmpp:set_els(xmpp:make_iq_result(Outer), [Privilege]))
    end).

on_host_message(Packet) when element(1, Packet) =:= message ->
    Host = server(xmpp:get_to(Packet)),
    Component = option(Host, component),
    Privileges = [El || {xmlel, <<"privilege">>, _, _} = El <- elements(Packet),
        fxml:get_tag_attr_s(<<"xmlns">>, El) =:= ?PRIVILEGE],
    case {jid:encode(xmpp:get_from(Packet)), Privileges, xmpp:get_type(Packet)} of
        {Component, [Privilege], Type} when Type =/= error ->
            case fxml:get_path_s(Privilege, [{elem, <<"forwarded">>}, {elem, <<"message">>}]) of
                {xmlel, _, _, _} = El -> say(Packet, xmpp:decode(El, ?CLIENT, [ignore_els]), Host, Component);
                _ -> ejabberd_router:route(forbidden(Packet))
            end,
            stop;
        _ -> ok
    end;
on_host_message(_) -> ok.

say(Outer, Inner, Host, Component) ->
    From = xmpp:get_from(Inner),
    User = From =/= undefined andalso jid:remove_resource(From),
    case User =/= false andalso server(User) =:= Host
        andalso may_speak(jid:make(Component), User, Inner, Component) of
        true ->
            xmpp:get_type(Inner) =/= error andalso
                remember({said, xmpp:get_id(Inner), jid:tolower(From)}, Host),
            ejabberd_router:route(Inner);
        false -> ejabberd_router:route(forbidden(Outer))
    end.

%%% On the way

%% Errors to those messages, and probes of the gateway: which devices a user has.
on_routed(Packet) when element(1, Packet) =:= message ->
    case xmpp:get_type(Packet) of
        error -> bounced(Packet, {said, xmpp:get_id(Packet), jid:tolower(xmpp:get_to(Packet))});
        _ -> Packet
    end;
on_routed(Packet) when element(1, Packet) =:= presence ->
    case xmpp:get_type(Packet) of
        probe -> probed(Packet, xmpp:get_to(Packet), xmpp:get_from(Packet));
        _ -> Packet
    end;
on_routed(Packet) -> Packet.

bounced(Packet, Key) ->
    case ets:take(?MODULE, Key) of
        [{_, Host}] -> hand_on(Host, Packet, <<>>, false, #{}), drop;
        [] -> Packet
    end.

probed(Packet, To, From) ->
    {User, Host, _} = jid:tolower(To),
    case gen_mod:is_loaded(Host, ?MODULE) andalso option(Host, component) of
        false -> Packet;
        Component ->
            case jid:encode(From) of
                Component ->
                    Resources = ejabberd_sm:get_user_resources(User, Host),
                    Shown = [R || R <- Resources, show(jid:make(User, Host, R), Component)],
                    Shown =:= [] andalso tell_gone(jid:make(User, Host), Component),
                    drop;
                _ -> Packet
            end
    end.

%% Shows a device to the gateway, if it is available.
show(Jid, Component) ->
    {User, Host, Resource} = jid:tolower(Jid),
    Pid = ejabberd_sm:get_session_pid(User, Host, Resource),
    show(is_pid(Pid) andalso (catch ejabberd_c2s:get_presence(Pid)), Jid, Component).

show(Presence, Jid, Component) when element(1, Presence) =:= presence ->
    case xmpp:get_type(Presence) of
        available ->
            remember({shown, jid:tolower(Jid)}, Component),
            ejabberd_router:route(xmpp:set_from_to(Presence, Jid, jid:make(Component))),
            true;
        _ -> false
    end;
show(_, _, _) -> false.

on_gone(User, Host, Resource, _Status) ->
    Jid = jid:make(User, Host, Resource),
    case ets:take(?MODULE, {shown, jid:tolower(Jid)}) of
        [{_, Component}] -> tell_gone(Jid, Component);
        [] -> ok
    end.

tell_gone(Jid, Component) ->
    El = {xmlel, <<"presence">>, [{<<"type">>, <<"unavailable">>}], []},
    ejabberd_router:route(xmpp:set_from_to(xmpp:decode(El, ?CLIENT, [ignore_els]), Jid, jid:make(Component))).
