-- Calls among the users of this host go by the gateway: what a user sends to a user for a call is handed to the gateway's
-- component, and what the gateway says for a user is delivered from that user's JID. See README.md.
-- XEP-0355 and XEP-0297 towards the component, XEP-0356 from it. For Prosody 0.12 and later; MIT licence.

local st = require "util.stanza";
local jid = require "util.jid";
local new_cache = require "util.cache".new;
local new_id = require "util.id".short;

local hosts, bare_sessions = prosody.hosts, prosody.bare_sessions;
local core_post_stanza = prosody.core_post_stanza;

local NS_CLIENT = "jabber:client";
local NS_DELEGATION = "urn:xmpp:delegation:2";
local NS_FORWARD = "urn:xmpp:forward:0";
local NS_JINGLE = "urn:xmpp:jingle:1";
local NS_PRIVILEGE = "urn:xmpp:privilege:2";
local CALL_MESSAGES = { ["urn:xmpp:jingle-message:0"] = true, ["urn:xmpp:jingle-message:1"] = true };
-- `accept` is for the user's own devices.
local VERBS = { propose = true, ringing = true, proceed = true, reject = true, retract = true, finish = true };
-- Errors of the gateway that a client can make something of; any other means that it is away (XEP-0355 §4.2).
local TOLD = { ["resource-constraint"] = true, ["policy-violation"] = true, ["bad-request"] = true };

-- Global, so that the same module on other hosts sees it.
component = jid.prep(module:get_option_string("stoxgate_component", ""));
local with_messages = module:get_option_boolean("stoxgate_jingle_messages", true);
local when_away = module:get_option_string("stoxgate_when_away", "error");
local timeout = module:get_option_number("stoxgate_timeout", 10);

if not component then
	module:log("error", "stoxgate_component must name the component of the gateway; calls are not intercepted");
	return;
end

-- IQs and messages that the gateway sent for a user, until they are answered, and sessions that are none of its business.
-- Each is bounded: the oldest entry goes first.
local asked, said, passed = new_cache(10000), new_cache(10000), new_cache(10000);

local function key_of(...)
	return table.concat({ ... }, "\0");
end

local function session_key(sid, one, other)
	one, other = jid.bare(one), jid.bare(other);
	if other < one then one, other = other, one; end
	return key_of(sid, one, other);
end

-- Whether calls of users there go by the same component.
local function is_ours(address)
	local node, host = jid.split(address);
	local other = host and hosts[host];
	local there = other and other.modules and other.modules.stoxgate;
	return node ~= nil and there ~= nil and there.component == component;
end

-- What is inside <forwarded/> declares its namespace; what Prosody routes must not.
local function without_namespace(element)
	if element.attr.xmlns == NS_CLIENT then element.attr.xmlns = nil; end
	for _, child in ipairs(element.tags) do without_namespace(child); end
	return element;
end

local function with_namespace(stanza)
	local copy = st.clone(stanza);
	copy.attr.xmlns = NS_CLIENT;
	return copy;
end

-- Whether a session-initiate or a proposal offers something else than a call, such as a file.
local function is_other(offer)
	local found = false;
	local function look(parent)
		for _, child in ipairs(parent.tags) do
			if child.name == "description" then
				found = true;
				if (child.attr.xmlns or ""):find("^urn:xmpp:jingle:apps?:rtp:") then return true; end
			end
		end
	end
	if look(offer) then return false; end
	for _, content in ipairs(offer.tags) do
		if content.name == "content" and look(content) then return false; end
	end
	return found;
end

-- Shows a device to the gateway; Prosody tells it when that device is gone, as of any directed presence.
local function show(session)
	if not session.presence then return; end
	session.directed = session.directed or {};
	session.directed[component] = true;
	local presence = st.clone(session.presence);
	presence.attr.from, presence.attr.to = session.full_jid, component;
	module:send(presence);
end

-- Hands a stanza to the gateway. `taken` gets the IQ that it answers with, `refused` the condition of its error.
local function hand_on(stanza, taken, refused)
	local outer = st.iq({ type = "set", id = new_id(), from = module.host, to = component })
		:tag("delegation", { xmlns = NS_DELEGATION }):tag("forwarded", { xmlns = NS_FORWARD }):add_child(with_namespace(stanza));
	module:send_iq(outer, nil, timeout):next(function (event)
		if event.stanza.attr.type == "result" then return taken(event.stanza); end
		local _, condition, text = event.stanza:get_error();
		refused(condition, text);
	end, function (err)
		refused(err.condition, err.text);
	end):catch(function (err)
		module:log("error", "handing on %s: %s", stanza:top_tag(), err);
	end);
end

-- The gateway does not take it: an error, or, where a call begins, delivery as if there were no gateway.
local function on_refusal(event, copy, sid, begins)
	return function (condition, text)
		if begins and when_away == "deliver" then
			passed:set(session_key(sid, copy.attr.from, copy.attr.to), true);
			module:log("info", "the gateway is away: a call from %s is delivered without it", copy.attr.from);
			core_post_stanza(event.origin, event.stanza);
			return;
		end
		local is_told = TOLD[condition];
		module:log("info", "the gateway did not take %s: %s", copy:top_tag(), condition or "no reason");
		module:send(st.error_reply(copy, condition == "resource-constraint" and "wait" or "cancel",
			is_told and condition or "service-unavailable", is_told and text or "The gateway for calls is away"));
	end
end

-- A copy of what a user of ours sends, with both addresses; undefined when it is not for a user of ours.
local function intercepted(event)
	local copy = st.clone(event.stanza);
	copy.attr.from = copy.attr.from or event.origin.full_jid;
	copy.attr.to = copy.attr.to or jid.bare(copy.attr.from);
	if is_ours(copy.attr.to) then return copy; end
end

-- Whether it belongs to a session that the gateway has nothing to do with, or begins one.
local function passes(copy, sid, begins, offer)
	local key = session_key(sid, copy.attr.from, copy.attr.to);
	if not begins then return passed:get(key); end
	if is_other(offer) then passed:set(key, true); return true; end
	passed:set(key, nil);
end

local function on_jingle(event)
	local kind, jingle = event.stanza.attr.type, event.stanza.tags[1];
	if not jingle or jingle.name ~= "jingle" or jingle.attr.xmlns ~= NS_JINGLE then return; end
	local action, sid = jingle.attr.action, jingle.attr.sid or "";
	local begins = action == "session-initiate";
	if kind ~= "set" and not (kind == "get" and action == "existing-session-initiate") then return; end
	local copy = intercepted(event);
	if not copy or passes(copy, sid, begins, jingle) then return; end
	if begins and not (event.origin.directed and event.origin.directed[component]) then show(event.origin); end
	local refused = on_refusal(event, copy, sid, begins);
	hand_on(copy, function (answer)
		local inner = answer:find("{"..NS_DELEGATION.."}delegation/{"..NS_FORWARD.."}forwarded/{"..NS_CLIENT.."}iq");
		if not inner or (inner.attr.type ~= "result" and inner.attr.type ~= "error") then
			return refused("service-unavailable");
		end
		inner = without_namespace(st.clone(inner));
		-- Whatever addresses are in it, it is to the one who asked.
		inner.attr.id, inner.attr.from, inner.attr.to = copy.attr.id, copy.attr.to, copy.attr.from;
		module:send(inner);
	end, refused);
	return true;
end

local function on_call_message(event)
	local kind = event.stanza.attr.type;
	if kind == "error" or kind == "groupchat" or event.to_self then return; end
	local call;
	for _, child in ipairs(event.stanza.tags) do
		if CALL_MESSAGES[child.attr.xmlns] and VERBS[child.name] then call = child; end
	end
	local copy = call and intercepted(event);
	if not copy then return; end
	local sid, begins = call.attr.id or "", call.name == "propose";
	if passes(copy, sid, begins, call) then return; end
	if begins and not (event.origin.directed and event.origin.directed[component]) then show(event.origin); end
	hand_on(copy, function () end, on_refusal(event, copy, sid, begins));
	return true;
end

-- `stoxgate doctor` looks for it.
module:add_feature("stoxgate:intercept:0");

-- These events are for what clients send alone: what is delivered on behalf of users never comes by here.
module:hook("pre-iq/bare", on_jingle, -10);
module:hook("pre-iq/full", on_jingle, -10);
if with_messages then
	-- After archives and carbon copies.
	module:hook("pre-message/bare", on_call_message, -10);
	module:hook("pre-message/full", on_call_message, -10);
end

local function forbid(event, text)
	module:log("warn", "refused to the gateway: %s in %s", text, event.stanza:top_tag());
	event.origin.send(st.error_reply(event.stanza, "auth", "forbidden", text));
	return true;
end

-- Why the gateway may not send a stanza in the name of `user`, a bare JID here; nil: it may.
local function objection(stanza, user)
	if not stanza or stanza.attr.xmlns ~= NS_CLIENT then return "no stanza inside"; end
	if not stanza.attr.from or jid.bare(stanza.attr.from) ~= user or not is_ours(user) then return "not a user of this host"; end
	if not stanza.attr.to or not is_ours(stanza.attr.to) then return "not to a user of this server"; end
end

-- An IQ in the name of a user. Other than XEP-0356 §6.3 has it, that may be a full JID: clients know sessions by it.
module:hook("iq/bare/"..NS_PRIVILEGE..":privileged_iq", function (event)
	local outer = event.stanza;
	if outer.attr.from ~= component or event.origin.type ~= "component" then return; end
	local inner = outer.tags[1].tags[1];
	local text = objection(inner, outer.attr.to);
	if text then return forbid(event, text); end
	local payload = inner.tags[1];
	if inner.name ~= "iq" or inner.attr.type ~= outer.attr.type or not inner.attr.id or #inner.tags ~= 1 then
		return forbid(event, "no such IQ");
	end
	if payload.attr.xmlns ~= NS_JINGLE then return forbid(event, "only calls"); end
	without_namespace(inner);
	asked:set(key_of(inner.attr.id, inner.attr.to, inner.attr.from), st.reply(outer));
	core_post_stanza(hosts[module.host], inner);
	return true;
end, 100);

-- Answers to those IQs, of devices and of the server when a device is not there.
local function on_answer(event)
	local stanza = event.stanza;
	local kind = stanza.attr.type;
	if kind ~= "result" and kind ~= "error" then return; end
	local from = stanza.attr.from or "";
	local key = key_of(stanza.attr.id or "", from, stanza.attr.to or jid.bare(from) or "");
	local reply = asked:get(key);
	if not reply then return; end
	asked:set(key, nil);
	module:send(reply:tag("privilege", { xmlns = NS_PRIVILEGE }):tag("forwarded", { xmlns = NS_FORWARD })
		:add_child(with_namespace(stanza)));
	return true;
end
module:hook("iq/bare", on_answer, 1000);
module:hook("iq/full", on_answer, 1000);

-- A message in the name of a user; its sender may be a full JID, too.
module:hook("message/host", function (event)
	local outer = event.stanza;
	local privilege = outer:get_child("privilege", NS_PRIVILEGE);
	if not privilege or outer.attr.type == "error" then return; end
	if outer.attr.from ~= component or event.origin.type ~= "component" then return; end
	local inner = privilege:find("{"..NS_FORWARD.."}forwarded/{"..NS_CLIENT.."}message");
	local text = objection(inner, inner and inner.attr.from and jid.bare(inner.attr.from));
	local _, host = jid.split(inner and inner.attr.from);
	if text or host ~= module.host then return forbid(event, text or "not a user of this host"); end
	inner = without_namespace(st.clone(inner));
	if inner.attr.id and inner.attr.type ~= "error" then
		said:set(key_of(inner.attr.id, inner.attr.from), jid.bare(inner.attr.to));
	end
	core_post_stanza(hosts[module.host], inner);
	return true;
end, 100);

-- Those messages that come back.
local function on_bounce(event)
	local stanza = event.stanza;
	if stanza.attr.type ~= "error" or not stanza.attr.to then return; end
	local key = key_of(stanza.attr.id or "", stanza.attr.to);
	local recipient = said:get(key);
	if not recipient or jid.bare(stanza.attr.from) ~= recipient then return; end
	said:set(key, nil);
	hand_on(stanza, function () end, function () end);
	return true;
end
module:hook("message/bare", on_bounce, 1000);
module:hook("message/full", on_bounce, 1000);

-- The gateway asks which devices a user has, whom it may ring: all that are available, or none.
module:hook("presence/bare", function (event)
	local stanza = event.stanza;
	if stanza.attr.type ~= "probe" or stanza.attr.from ~= component or event.origin.type ~= "component" then return; end
	local user = bare_sessions[stanza.attr.to];
	local shown = false;
	for _, session in pairs(user and user.sessions or {}) do
		if session.presence then
			shown = true;
			show(session);
		end
	end
	if not shown then
		module:send(st.presence({ type = "unavailable", from = stanza.attr.to, to = component }));
	end
	return true;
end, 100);
