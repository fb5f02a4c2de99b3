"""Sign in: five tries a minute for an account, twenty for an address."""

from __future__ import annotations

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

MINUTE = 60
TRIES = {"account": 5, "address": 20}
TOO_MANY = "That was five tries in a minute. Wait a minute, then try again."


class SignIn(LoginView):
    """The form; a failed try is counted, and the sixth in a minute is not even looked at."""

    template_name = "registration/login.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Answer 429 when there were too many failed tries."""
        if any(cache.get(key, 0) >= TRIES[kind] for kind, key in _keys(request).items()):
            form = AuthenticationForm(request)
            return self.render_to_response(self.get_context_data(form=form, too_many=TOO_MANY), status=429)
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Count the try."""
        for key in _keys(self.request).values():
            cache.add(key, 0, MINUTE)
            cache.incr(key)
        response = super().form_invalid(form)
        response.status_code = 422
        return response


def _keys(request: HttpRequest) -> dict[str, str]:
    account = request.POST.get("username", "").strip().casefold()[:150]
    return {
        "account": f"sign-in:{account!r}",
        "address": f"sign-in-from:{request.META.get('REMOTE_ADDR', '')}",
    }
