using System.Globalization;
using Nacre.Protocol.Authentication;
using Nacre.Unix;

namespace Nacre.Server;

/// <summary>Reads the options of one line of authorized_keys, each as it comes: a later one changes what an earlier one said.</summary>
internal ref struct KeyOptionReader(ReadOnlySpan<char> line)
{
    private readonly List<PermittedEndpoint> _permitOpen = [];
    private readonly List<PermittedEndpoint> _permitListen = [];
    private readonly List<KeyValuePair<string, string>> _environment = [];
    private ReadOnlySpan<char> _rest = line;
    private LoginPermissions _permissions = LoginPermissions.Everything;
    private KeyOptions _options = KeyOptions.None;
    private string _fault = "";

    /// <summary>The options; null with the reason where they make no sense.</summary>
    public KeyOptions? Read(out string fault)
    {
        while (!AtEnd)
        {
            int end = _rest.IndexOfAny("=, \t");
            ReadOnlySpan<char> name = end < 0 ? _rest : _rest[..end];
            _rest = _rest[name.Length..];
            if (!TryTakeOption(name.ToString().ToLowerInvariant()) || !TryTakeComma())
            {
                fault = _fault;
                return null;
            }
        }

        fault = "";
        return _options with
        {
            Permissions = _permissions with
            {
                PermitOpen = _permitOpen.Count == 0 ? null : _permitOpen,
                PermitListen = _permitListen.Count == 0 ? null : _permitListen,
                Environment = _environment.Count == 0 ? [] : _environment,
            },
        };
    }

    private readonly bool AtEnd => _rest.IsEmpty || _rest[0] is ' ' or '\t';

    private bool TryTakeOption(string name)
    {
        bool isNegated = name.StartsWith("no-", StringComparison.Ordinal);
        if (_rest.StartsWith('=')) return TryTakeValued(name);
        switch (isNegated ? name[3..] : name)
        {
            case "restrict" when !isNegated:
                _permissions = LoginPermissions.Nothing with
                {
                    Command = _permissions.Command,
                    TunnelUnit = _permissions.TunnelUnit,
                    NoTouchRequired = _permissions.NoTouchRequired,
                    VerifyRequired = _permissions.VerifyRequired,
                };
                return true;
            case "cert-authority" when !isNegated:
                _options = _options with { IsCertAuthority = true };
                return true;
            case "port-forwarding":
                _permissions = _permissions with { PortForwarding = !isNegated };
                return true;
            case "agent-forwarding":
                _permissions = _permissions with { AgentForwarding = !isNegated };
                return true;
            case "x11-forwarding":
                _permissions = _permissions with { X11Forwarding = !isNegated };
                return true;
            case "pty":
                _permissions = _permissions with { Terminal = !isNegated };
                return true;
            case "user-rc":
                _permissions = _permissions with { UserRc = !isNegated };
                return true;
            case "touch-required":
                _permissions = _permissions with { NoTouchRequired = isNegated };
                return true;
            case "verify-required":
                _permissions = _permissions with { VerifyRequired = !isNegated };
                return true;
            case "" when !isNegated:
                return true; // as with OpenSSH, nothing may stand between two commas
            default:
                return Fail("unknown key option");
        }
    }

    private bool TryTakeValued(string name)
    {
        if (name is not ("command" or "principals" or "from" or "expiry-time" or "environment" or "permitopen" or "permitlisten" or "tunnel")) return Fail("unknown key option");
        bool isRepeated = name switch
        {
            "command" => _permissions.Command is not null,
            "principals" => _options.Principals is not null,
            "from" => _options.From is not null,
            _ => false,
        };
        if (isRepeated) return Fail($"multiple \"{name}\" clauses");
        _rest = _rest[1..];
        if (!QuotedValue.TryTake(ref _rest, out string value, out string fault)) return Fail(fault);
        switch (name)
        {
            case "command":
                _permissions = _permissions with { Command = value };
                return true;
            case "principals":
                _options = _options with { Principals = value };
                return true;
            case "from":
                _options = _options with { From = value };
                return true;
            case "expiry-time":
                return TryAddExpiry(value);
            case "environment":
                return TryAddVariable(value);
            case "permitopen":
                return TryAddEndpoint(_permitOpen, value);
            case "permitlisten":
                return TryAddEndpoint(_permitListen, value.Contains(':', StringComparison.Ordinal) ? value : "*:" + value);
            default:
                return TrySetTunnel(value);
        }
    }

    private bool TryTakeComma()
    {
        if (AtEnd) return true;
        if (_rest[0] != ',') return Fail("unknown key option");
        _rest = _rest[1..];
        return !_rest.IsEmpty || Fail("unexpected end-of-options");
    }

    // Of several, the earliest counts.
    private bool TryAddExpiry(string value)
    {
        if (!AbsoluteTime.TryRead(value, out long time) || time <= 0) return Fail("invalid expires time");
        _options = _options with { ValidBefore = Math.Min(time, _options.ValidBefore ?? long.MaxValue) };
        return true;
    }

    private bool TryAddVariable(string value)
    {
        int equals = value.IndexOf('=', StringComparison.Ordinal);
        bool isGood = equals > 0 && value.AsSpan(0, equals).IndexOfAnyExcept(NameCharacters) < 0;
        if (!isGood) return Fail("invalid environment string");
        if (_environment.Count == LoginPermissionsFields.MaxVariables) return Fail("too many environment strings");
        _environment.Add(new(value[..equals], value[(equals + 1)..]));
        return true;
    }

    private bool TryAddEndpoint(List<PermittedEndpoint> endpoints, string value)
    {
        if (endpoints.Count == LoginPermissionsFields.MaxEndpoints) return Fail("too many permission directives");
        if (PermittedEndpoint.Parse(value, ServiceNames.PortOf) is not { } endpoint) return Fail("invalid permission hostname or port");
        endpoints.Add(endpoint);
        return true;
    }

    private bool TrySetTunnel(string value)
    {
        bool isAny = value.Equals("any", StringComparison.OrdinalIgnoreCase);
        if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int unit) && !isAny) return Fail("invalid tun device");
        if (!isAny && unit > LoginPermissions.AnyTunnelUnit - 2) return Fail("invalid tun device");
        _permissions = _permissions with { TunnelUnit = isAny ? LoginPermissions.AnyTunnelUnit : unit };
        return true;
    }

    private bool Fail(string fault)
    {
        _fault = fault;
        return false;
    }

    private static readonly System.Buffers.SearchValues<char> NameCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
}
